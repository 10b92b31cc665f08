import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parseSearchBody } from '../src/query/search-body.ts';
import type { EmbeddedStore } from '../src/store/embedded.ts';
import { copyOf, eventPattern, type MadeDocuments, makeDocuments, openStore } from './made-documents.ts';
import { cpuSeconds } from './measure.ts';
import { storeQuestions } from './store-questions.ts';

/**
 * `npx tsx bench/pauses.ts [DOCUMENTS] [--data FOLDER]`: while 200,000 documents are written and sealed, while small segments are
 * merged, while each question of bench/store and each of the dearest searches is answered, the first time and again, while a
 * backup is made, while all of that goes on together, and while retention deletes half of it: the longest time that nothing else
 * could run. A timer of 5 ms tells; beside it stands the most CPU time, of all threads, that this process used between two of
 * its ticks: on a machine that others use a pause may be theirs. A FOLDER that is there (of bench/store) is only searched.
 */
const { values: options, positionals } = parseArgs({ allowPositionals: true, options: { data: { type: 'string' } } });
const wanted = Number(positionals[0] ?? 200_000);
const scratch = mkdtempSync(join(tmpdir(), 'trailhound-pauses-'));
const folder = options.data ? resolve(options.data) : join(scratch, 'data');
const searchedOnly = existsSync(folder);
let store: EmbeddedStore = await openStore(folder);
try {
  if (searchedOnly) await askAll();
  else await writeAndAsk();
} finally {
  await store.close();
  rmSync(scratch, { recursive: true, force: true });
}

async function writeAndAsk(): Promise<void> {
  const made = await makeDocuments(20_000);
  try {
    for (const template of made.templates) await store.putTemplate(template);
    await phase(`writing ${wanted} documents`, () => write(made, 'first', wanted));
    await phase('sealing the rest', () => store.settled());
    for (const round of [1, 2, 3]) {
      await store.close();
      store = await openStore(folder);
      await write(made, `small-${round}`, 6000);
    }
    await phase('merging small segments', () => store.settled());
    await askAll();
    await phase('a backup', () => store.backup(join(scratch, 'backup')));
    await phase('all together', async () => {
      const searches = dearSearches().map(([, body]) => search(body, 2));
      const backup = store.backup(join(scratch, 'backup-2'));
      await Promise.all([write(made, 'second', Math.min(wanted, 80_000)), backup, ...searches]);
    });
    await store.settled();
    const half = Math.floor((await store.position()) / 2);
    await phase('retention deletes half', async () => {
      await store.expire(eventPattern, half);
      await store.reclaim();
    });
    await phase('and segments are made anew', () => store.settled());
  } finally {
    await made.close();
  }
}

async function askAll(): Promise<void> {
  for (const [name, body] of [...storeQuestions(), ...dearSearches()]) {
    await phase(name, () => search(body, 1));
    await phase(`${name}, again`, () => search(body, 2));
  }
}

function dearSearches(): readonly (readonly [string, Record<string, unknown>])[] {
  const query = (clause: object): Record<string, unknown> => ({ size: 0, query: clause, track_total_hits: true });
  const counts = (aggs: object): Record<string, unknown> => ({ size: 0, aggs });
  return [
    ['wildcard on a value of many', query({ wildcard: { 'data.aws.requestID': '*0*f*' } })],
    ['regexp on a value of many', query({ regexp: { 'data.aws.eventID': '.*(a|b)c[0-9]+.*' } })],
    ['range of a value of many', query({ range: { 'data.aws.requestID': { gte: 'a', lt: 'b' } } })],
    ['un-fielded wildcard', query({ query_string: { query: '*llUser*' } })],
    ['exists on a keyword', query({ exists: { field: 'data.aws.requestID' } })],
    ['cardinality of a value of many', counts({ ids: { cardinality: { field: 'data.aws.eventID' } } })],
    [
      'terms of a value of many, at one name',
      {
        ...counts({ ids: { terms: { field: 'data.aws.requestID' } } }),
        query: { term: { 'data.aws.eventName': 'GetObject' } },
      },
    ],
    [
      'terms of terms of terms',
      counts({
        a: {
          terms: { field: 'data.aws.sourceIPAddress', size: 100 },
          aggs: {
            b: { terms: { field: 'data.aws.eventName' }, aggs: { c: { terms: { field: 'data.aws.awsRegion' } } } },
          },
        },
      }),
    ],
    [
      'top_hits in terms',
      counts({ a: { terms: { field: 'data.aws.eventName' }, aggs: { b: { top_hits: { size: 2 } } } } }),
    ],
    ['10,000 hits, newest first', { size: 10_000, sort: [{ '@timestamp': 'desc' }] }],
    ['sorted by a value of many', { size: 10, sort: [{ 'data.aws.eventID': 'asc' }] }],
  ];
}

async function write(from: MadeDocuments, name: string, most: number): Promise<void> {
  let count = 0;
  for (let copy = 0; count < most; copy++) {
    for await (const hits of from.pages()) {
      await store.write(hits.slice(0, 500).map((hit) => copyOf(hit, `${name}-${copy}`)));
      await store.write(hits.slice(500).map((hit) => copyOf(hit, `${name}-${copy}`)));
      count += hits.length;
      if (count >= most) return;
    }
  }
}

async function search(body: Record<string, unknown>, times: number): Promise<void> {
  for (let round = 0; round < times; round++) {
    // Given up after two minutes: what it did until then counts as well.
    await store
      .search(eventPattern, parseSearchBody({ ...body, timeout: `${1000 + times * 10 + round}ms` }))
      .catch(tell);
  }
}

function tell(error: Error): void {
  process.stdout.write(`${error.message.slice(0, 80)}\n`);
}

/** Runs the work beside a timer that notes how late it is called. */
async function phase(name: string, work: () => Promise<unknown>): Promise<void> {
  const everyMs = 5;
  let last = performance.now();
  let used = cpuSeconds();
  let longestMs = 0;
  let busiestMs = 0;
  const note = (): void => {
    const now = performance.now();
    longestMs = Math.max(longestMs, now - last - everyMs);
    busiestMs = Math.max(busiestMs, used() * 1000);
    last = now;
    used = cpuSeconds();
  };
  const timer = setInterval(note, everyMs);
  const total = cpuSeconds();
  await work();
  note();
  clearInterval(timer);
  const shown = `longest pause ${longestMs.toFixed(0)} ms, most CPU between two ticks ${busiestMs.toFixed(0)} ms`;
  process.stdout.write(`${name.padEnd(54)}${shown}, ${total().toFixed(1)} CPU-seconds in all\n`);
}
