import { asText, at, isDocument } from '../base/document.ts';
import { printable } from '../base/problem.ts';
import { type Where, withClient } from './client.ts';
import type { RegisterCommand } from './command.ts';
import { jsonLine } from './json-line.ts';

/** `trailhound search QUERY`: events by the words of query_string, newest first. */
export const searchCommand: RegisterCommand = (program, terminal, exit) => {
  program
    .command('search')
    .description('find events; QUERY is a query_string such as data.aws.eventName:GetObject, or a JSON search body')
    .argument('<query>')
    .option('--index <pattern>', 'where to search', 'wazuh-alerts-4.x-*')
    .option('--size <number>', 'how many to show', '20')
    .option('--json', 'print one hit a line: {_index, _id, _source, …}')
    .option('--url <url>', 'the server to ask (default: http://127.0.0.1:9400)')
    .option('--data <dir>', 'a data folder that no server holds')
    .action(async (query: string, flags: Where & { index: string; size: string; json?: boolean }) => {
      if (!/^\d+$/.test(flags.size)) {
        terminal.note('error: --size takes a whole number');
        return exit(2);
      }
      await withClient(flags, async (client) => {
        const body = query.trimStart().startsWith('{') ? JSON.parse(query) : byWords(query, Number(flags.size));
        const answer = await client('POST', `/${encodeURIComponent(flags.index)}/_search`, body);
        const hits = at(answer, 'hits.hits');
        for (const hit of Array.isArray(hits) ? hits : []) terminal.print(flags.json ? jsonLine(hit) : describe(hit));
        if (!flags.json) terminal.note(`${at(answer, 'hits.total.value')} found`);
      });
    });
};

function byWords(query: string, size: number): unknown {
  return {
    size,
    query: { query_string: { query } },
    sort: [{ timestamp: { order: 'desc', unmapped_type: 'date' } }],
    track_total_hits: true,
  };
}

function describe(hit: unknown): string {
  const aws = at(hit, '_source.data.aws');
  const fields = isDocument(aws)
    ? [
        aws.eventTime,
        aws.eventSource,
        aws.eventName,
        at(aws, 'userIdentity.arn') ?? at(aws, 'userIdentity.type'),
        aws.sourceIPAddress,
      ]
    : [];
  return printable(fields.map((field) => asText(field ?? '-')).join('  '));
}
