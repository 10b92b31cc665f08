import type { FindingQuery } from '../../alerting/finding-list.ts';
import { integer } from '../parameters.ts';
import type { AlertingRoute } from './prefix.ts';

const texts = ['findingId', 'sortString', 'sortOrder', 'missing', 'searchString'] as const;

/** Findings of document-level monitors. */
export const findingRoutes: readonly AlertingRoute[] = [
  {
    methods: ['GET'],
    path: '/_plugins/_alerting/findings/_search',
    query: [...texts, 'size', 'startIndex'],
    handle: async ({ query }, { alerting }) => {
      const size = integer(query, 'size');
      const startIndex = integer(query, 'startIndex');
      const asked: FindingQuery = {
        ...Object.fromEntries(texts.flatMap((name) => (query[name] === undefined ? [] : [[name, query[name]]]))),
        ...(size === undefined ? {} : { size }),
        ...(startIndex === undefined ? {} : { startIndex }),
      };
      return { status: 200, body: await alerting.listFindings(asked) };
    },
  },
];
