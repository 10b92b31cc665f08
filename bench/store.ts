import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openApp } from '../src/app.ts';
import { keptLog } from '../src/base/log.ts';
import { parseConfig } from '../src/config/config.ts';
import { parseSearchBody } from '../src/query/search-body.ts';
import { openEmbedded } from '../src/store/embedded.ts';
import { folderSize } from './measure.ts';

/**
 * `npx tsx bench/store.ts [RECORDS] [COPIES]`: RECORDS made-up records (50,000) go through the whole pipeline once, and its documents COPIES times (20: one
 * million) under other ids into one data folder; then the store is started anew and asked. Prints CPU time per
 * document, bytes per document, memory, and for each question the CPU time of the first answer and the median of nine more: the
 * requests differ, so no whole answer is remembered, but results over sealed segments are.
 */
const records = Number(process.argv[2] ?? 50_000);
const copies = Number(process.argv[3] ?? 20);
const folder = mkdtempSync(join(tmpdir(), 'trailhound-bench-'));
const data = join(folder, 'data');

try {
  const documents = await ingest();
  await ask(documents);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The pipeline once, then copies of its documents straight into the store: rules need not be asked twenty times. */
async function ingest(): Promise<number> {
  const lake = join(folder, 'lake');
  const generator = resolve(import.meta.dirname, 'gen_corpus.py');
  execFileSync('python3', [generator, lake, '--records', String(records), '--days', '3', '--anon-lower', '0.5'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const { value: config } = parseConfig([{ place: 'bench', values: { data: join(folder, 'first') } }]);
  const app = await openApp(config, { log: keptLog() });
  await app.ingest(lake, { once: true, signal: new AbortController().signal });
  const log = keptLog();
  const store = await openEmbedded({ dir: data, clock: { now: () => Date.now(), sleep: async () => {} }, log });
  for (const template of await app.store.templates()) await store.putTemplate(template);
  let count = 0;
  let spent = 0;
  for (let copy = 0; copy < copies; copy++) {
    const end = await app.store.position();
    for (let after = 0; after < end; after += 1000) {
      const page = await app.store.search('wazuh-alerts-4.x-*', parseSearchBody({ size: 1000, sort: ['_doc'] }), {
        window: { after, upTo: after + 1000 },
      });
      const started = cpu();
      await store.write(
        page.hits.map((hit) => ({
          action: 'create' as const,
          index: hit.index,
          id: `${hit.id}-${copy}`,
          document: { ...hit.source, copy: `${hit.id}-${copy}` },
          plain: true,
        })),
      );
      spent += cpu() - started;
      count += page.hits.length;
    }
    print(
      `copy ${copy + 1}`,
      `${count} documents, ${Math.round((spent / count) * 1e6)} µs each, RSS ${mb(process.memoryUsage().rss)}`,
    );
  }
  const sealing = cpu();
  await store.settled();
  spent += cpu() - sealing;
  await store.close();
  await app.close();
  print('stored and indexed', `${count} documents, ${Math.round(count / spent).toLocaleString('en')} per CPU-second`);
  print(
    'on disk',
    `${Math.round(folderSize(data) / count)} bytes a document, of them ${Math.round(folderSize(join(data, 'segments')) / count)} of segments`,
  );
  print('peak RSS', mb(process.resourceUsage().maxRSS * 1024));
  for (const line of log.lines) print('log', line);
  return count;
}

async function ask(documents: number): Promise<void> {
  const opening = performance.now();
  const store = await openEmbedded({
    dir: data,
    clock: { now: () => Date.now(), sleep: async () => {} },
    log: keptLog(),
  });
  print('open', `${Math.round(performance.now() - opening)} ms, RSS ${mb(process.memoryUsage().rss)}`);
  const term = (field: string, value: string): object => ({ term: { [field]: { value } } });
  const questions: [string, object][] = [
    [
      'anonymous GetObject',
      filter(
        term('data.aws.eventSource', 's3.amazonaws.com'),
        term('data.aws.eventName', 'GetObject'),
        words('data.aws.userIdentity.type:Anonymous OR data.aws.userIdentity.principalId:Anonymous'),
      ),
    ],
    [
      'bucket policy',
      filter(
        term('data.aws.eventName', 'PutBucketPolicy'),
        words('data.aws.requestParameters.bucketPolicy.Statement.Principal:"*"'),
      ),
    ],
    [
      'public ACL, un-fielded',
      filter(term('data.aws.eventName', 'PutBucketAcl'), words('AllUsers OR "public-read" OR PublicRead')),
    ],
    ['un-fielded words', { query: words('AllUsers OR "public-read" OR PublicRead') }],
    ['an absent word', { query: words('nowhereinthislake') }],
    ['one event by its id', { query: term('data.aws.eventID', 'none-of-them') }],
    ['terms of all', { aggs: { names: { terms: { field: 'data.aws.eventName' } } } }],
    ['newest fifty', { query: { match_all: {} }, size: 50, sort: [{ '@timestamp': 'desc' }] }],
  ];
  for (const [name, body] of questions) {
    const times: number[] = [];
    let total = '';
    for (let round = 0; round < 10; round++) {
      const started = cpu();
      // A different timeout is a different request: the whole answer is not remembered, results over segments are.
      const found = await store.search(
        'wazuh-alerts-4.x-*',
        parseSearchBody({ size: 0, ...body, timeout: `${1000 + round}ms` }),
      );
      times.push((cpu() - started) * 1000);
      total = `${found.total}${found.relation === 'gte' ? '+' : ''}`;
    }
    const [first = 0, ...rest] = times;
    const median = rest.sort((a, b) => a - b)[rest.length >> 1] ?? 0;
    print(name, `first ${first.toFixed(1)} ms, then ${median.toFixed(1)} ms CPU, ${total} hits of ${documents}`);
  }
  print('RSS after that', mb(process.memoryUsage().rss));
  await store.close();
}

function filter(...clauses: object[]): object {
  return { query: { bool: { filter: clauses } } };
}

function words(query: string): object {
  return { query_string: { query } };
}

function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function mb(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

function print(name: string, value: string): void {
  process.stdout.write(`${name.padEnd(28)}${value}\n`);
}
