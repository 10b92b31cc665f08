import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createPercolator } from '../src/alerting/percolator.ts';
import type { Standing } from '../src/alerting/standing.ts';
import type { Document } from '../src/base/document.ts';
import type { Candidate } from '../src/query/candidate.ts';
import { compileQuery } from '../src/query/compile.ts';
import { mapDocument } from '../src/query/document-mapping.ts';
import { type Mapping, parseMapping } from '../src/query/mapping.ts';
import { parseQuery } from '../src/query/parse.ts';
import { resolveTemplates } from '../src/query/templates.ts';
import { cpuSeconds, gzFiles } from './measure.ts';

/**
 * `npx tsx bench/percolate.ts [RECORDS]`: events per CPU-second put to 1,000 and 10,000 monitors, beside asking each monitor
 * about each event in the same run. Monitors have the guide's shape: a service, an operation, who calls, a text. Broad ones
 * require nothing rare, so that each is put to many events: what helps there is that equal clauses are asked once.
 * tsx slows closures: bundle it for figures (`npx esbuild --bundle --platform=node --format=esm --packages=external`).
 */

const records = Number(process.argv[2] ?? 20_000);
const folder = mkdtempSync(join(tmpdir(), 'trailhound-bench-'));
try {
  const lake = join(folder, 'lake');
  const generator = resolve(import.meta.dirname, 'gen_corpus.py');
  execFileSync('python3', [generator, lake, '--records', String(records), '--days', '1'], { stdio: 'ignore' });
  const { mapping, candidates } = load(lake);
  const names = [...new Set(candidates.map(({ source }) => eventName(source)))];
  print('events', `${candidates.length}, ${names.length} names of events, ${mapping.fields.size} fields`);
  for (const count of [1_000, 10_000]) measure(count, mapping, candidates, (number) => monitorQuery(number, names));
  measure(1_000, mapping, candidates.slice(0, 5_000), broadQuery, 'broad monitors');
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function measure(
  count: number,
  mapping: Mapping,
  candidates: readonly Candidate[],
  query: (number: number) => Document,
  name = 'monitors',
): void {
  const queries = Array.from({ length: count }, (_, number) => parseQuery(query(number)));
  const index = { name: 'wazuh-alerts-4.x-2024.05.01', aliases: [], mapping };

  const asked = fresh(candidates.slice(0, Math.min(candidates.length, 2_000_000 / count)));
  const matchers = queries.map((query) => compileQuery(query, mapping, 0));
  const naive = cpuSeconds();
  let matches = 0;
  for (const candidate of asked) for (const matcher of matchers) if (matcher(candidate)) matches++;
  const alone = asked.length / naive();

  for (const batch of [500, 1]) {
    const percolator = createPercolator();
    for (const [number, query] of queries.entries()) percolator.put(standing(String(number), query));
    const warm = fresh(candidates.slice(0, 2_000));
    for (let at = 0; at < warm.length; at += batch) percolator.percolate(index, warm.slice(at, at + batch), 0);
    const documents = fresh(candidates);
    const spent = cpuSeconds();
    let found = 0;
    for (let at = 0; at < documents.length; at += batch) {
      found += percolator.percolate(index, documents.slice(at, at + batch), 0).size;
    }
    const rate = documents.length / spent();
    print(
      `${count.toLocaleString('en')} ${name}`,
      `${Math.round(rate).toLocaleString('en')} events per CPU-second in batches of ${batch} (${found} marks); one by one ${Math.round(alone).toLocaleString('en')} (${matches} matches of ${asked.length} events); ratio ${(rate / alone).toFixed(0)}`,
    );
  }
}

/** All are of one common service; what they ask beside that is one of some clauses, and some number of their own. */
function broadQuery(number: number): Document {
  const service = { term: { 'data.aws.eventSource': 's3.amazonaws.com' } };
  const words = ['AllUsers', 'public-read', 'root', 'Anonymous', 'boto', 'Browser', 'kali'][number % 7];
  const texts = [
    { query_string: { query: `${words} OR PublicRead` } },
    { wildcard: { 'data.aws.userAgent': `*${words}*` } },
    {
      bool: {
        must_not: [{ exists: { field: 'data.aws.errorCode' } }, { wildcard: { 'data.aws.userAgent': '*aws*' } }],
      },
    },
  ];
  const own = { term: { 'data.aws.sourceIPAddress': `198.51.100.${number % 256}` } };
  const any = { bool: { should: [own, { range: { 'data.aws.eventTime': { gte: '2030-01-01' } } }] } };
  return { bool: { filter: [service, texts[number % texts.length], any] } };
}

/** Sources that no matcher has seen: what is remembered of an event must not be remembered of an earlier round. */
function fresh(candidates: readonly Candidate[]): Candidate[] {
  return candidates.map((candidate) => ({ ...candidate, source: structuredClone(candidate.source) }));
}

function standing(id: string, query: ReturnType<typeof parseQuery>): Standing {
  return { id, indices: ['wazuh-alerts-4.x-*'], timed: false, query: () => query };
}

/** Most ask for an operation that is rare or never seen, as detections do. */
function monitorQuery(number: number, names: readonly string[]): Document {
  const seen = number % 20 === 0;
  const name = seen ? names[(number / 20) % names.length] : `Rare${number % 997}Operation${number % 13}`;
  const service = {
    term: { 'data.aws.eventSource': { value: ['s3.amazonaws.com', 'iam.amazonaws.com'][number % 2] } },
  };
  const operation = { term: { 'data.aws.eventName': { value: name } } };
  const kinds: readonly Document[] = [
    {
      query_string: {
        query: 'data.aws.userIdentity.type:Anonymous OR data.aws.userIdentity.principalId:Anonymous',
      },
    },
    { query_string: { query: 'AllUsers OR public-read OR PublicRead' } },
    { bool: { must_not: [{ exists: { field: 'data.aws.errorCode' } }] } },
    { wildcard: { 'data.aws.userAgent': '*boto*' } },
    { terms: { 'data.aws.awsRegion': ['us-east-1', 'eu-west-1'] } },
  ];
  return { bool: { filter: [service, operation, kinds[number % kinds.length]] } };
}

function load(lake: string): { readonly mapping: Mapping; readonly candidates: readonly Candidate[] } {
  const body = JSON.parse(readFileSync(resolve(import.meta.dirname, '../content/templates/wazuh-alerts.json'), 'utf8'));
  const template = { name: 'wazuh-alerts', legacy: false, body };
  const { settings, mappings } = resolveTemplates([template], 'wazuh-alerts-4.x-2024.05.01');
  let mapping = parseMapping(mappings, settings);
  const candidates: Candidate[] = [];
  for (const file of gzFiles(lake)) {
    for (const record of JSON.parse(gunzipSync(readFileSync(file)).toString()).Records) {
      const source = { data: { integration: 'aws', aws: record } };
      const mapped = mapDocument(mapping, source);
      if ('error' in mapped) continue;
      mapping = mapped.mapping;
      const seqNo = candidates.length;
      candidates.push({ index: 'wazuh-alerts-4.x-2024.05.01', id: String(seqNo), version: 1, seqNo, source });
    }
  }
  return { mapping, candidates };
}

function eventName(source: Document): string {
  return (source as { readonly data: { readonly aws: { readonly eventName: string } } }).data.aws.eventName;
}

function print(name: string, value: string): void {
  process.stdout.write(`${name.padEnd(24)}${value}\n`);
}
