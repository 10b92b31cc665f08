import { isDocument } from '../base/document.ts';
import type { Route } from './route.ts';
import type { Services } from './services.ts';
import type { ProblemsAnswer } from './wire.ts';

/** Our own room on the wire: what OpenSearch has no word for. */
export const trailhoundRoutes: readonly Route<Pick<Services, 'status' | 'problems' | 'identity'>>[] = [
  {
    methods: ['GET'],
    path: '/_trailhound/status',
    async handle(_, { status, identity }) {
      const own = status();
      const shown = isDocument(own) ? own : {};
      return { status: 200, body: { version: identity.version, started: identity.started, ...shown } };
    },
  },
  {
    methods: ['GET'],
    path: '/_trailhound/problems',
    async handle(_, { status, problems }) {
      const kept = problems();
      const own = status();
      const total = isDocument(own) && typeof own.problems === 'number' ? own.problems : kept.length;
      const answer: ProblemsAnswer = { total, problems: [...kept].reverse() };
      return { status: 200, body: answer };
    },
  },
];
