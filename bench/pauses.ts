import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSearchBody } from '../src/query/search-body.ts';
import type { EmbeddedStore } from '../src/store/embedded.ts';
import { copyOf, eventPattern, type MadeDocuments, makeDocuments, openStore } from './made-documents.ts';
import { cpuSeconds } from './measure.ts';

/**
 * `npx tsx bench/pauses.ts [DOCUMENTS]`: while 200,000 documents are written and sealed, while each of the dearest searches
 * runs on them, and while all of that goes on together: the longest time that nothing else could run. A timer of 5 ms tells;
 * beside it stands the most CPU time, of all threads, that this process used between two of its ticks: on a machine that
 * others use a pause may be theirs.
 */
const wanted = Number(process.argv[2] ?? 200_000);
const folder = mkdtempSync(join(tmpdir(), 'trailhound-pauses-'));
const made = await makeDocuments(20_000);
const store = await openStore(join(folder, 'data'));
try {
  for (const template of made.templates) await store.putTemplate(template);
  await phase(`writing ${wanted} documents`, () => write(store, made, 'first', wanted));
  await phase('sealing the rest', () => store.settled());
  for (const [name, body] of dearSearches()) await phase(name, () => search(body, 3));
  await phase('all together', async () => {
    const searches = dearSearches().map(([, body]) => search(body, 2));
    await Promise.all([write(store, made, 'second', Math.min(wanted, 80_000)), ...searches]);
  });
} finally {
  await store.close();
  await made.close();
  rmSync(folder, { recursive: true, force: true });
}

function dearSearches(): readonly (readonly [string, Record<string, unknown>])[] {
  const query = (clause: object): Record<string, unknown> => ({ size: 0, query: clause, track_total_hits: true });
  const counts = (aggs: object): Record<string, unknown> => ({ size: 0, aggs });
  return [
    ['wildcard on a value of many', query({ wildcard: { 'data.aws.requestID': '*0*f*' } })],
    ['regexp on a value of many', query({ regexp: { 'data.aws.eventID': '.*(a|b)c[0-9]+.*' } })],
    ['un-fielded wildcard', query({ query_string: { query: '*llUser*' } })],
    ['exists on a keyword', query({ exists: { field: 'data.aws.requestID' } })],
    ['terms of a value of many', counts({ ids: { terms: { field: 'data.aws.eventID' } } })],
    ['cardinality of a value of many', counts({ ids: { cardinality: { field: 'data.aws.eventID' } } })],
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

async function write(into: EmbeddedStore, from: MadeDocuments, name: string, most: number): Promise<void> {
  let count = 0;
  for (let copy = 0; count < most; copy++) {
    for await (const hits of from.pages()) {
      await into.write(hits.slice(0, 500).map((hit) => copyOf(hit, `${name}-${copy}`)));
      await into.write(hits.slice(500).map((hit) => copyOf(hit, `${name}-${copy}`)));
      count += hits.length;
      if (count >= most) return;
    }
  }
}

async function search(body: Record<string, unknown>, times: number): Promise<void> {
  for (let round = 0; round < times; round++) {
    await store.search(eventPattern, parseSearchBody({ ...body, timeout: `${1000 + round}ms` }));
  }
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
  process.stdout.write(`${name.padEnd(36)}${shown}, ${total().toFixed(1)} CPU-seconds in all\n`);
}
