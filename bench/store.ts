import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { TrailhoundError } from '../src/base/errors.ts';
import { parseSearchBody } from '../src/query/search-body.ts';
import type { Store } from '../src/store/store.ts';
import { copyOf, eventPattern, makeDocuments, openStore, pagesOf } from './made-documents.ts';
import { cpuSeconds, folderSize } from './measure.ts';
import { measureStart } from './starts.ts';
import { openPeer, type Peer } from './store-peer.ts';
import { storeQuestions } from './store-questions.ts';

/**
 * `npx tsx bench/store.ts [RECORDS] [COPIES] [--data FOLDER] [--opensearch]`: RECORDS made-up records (50,000) go through the
 * whole pipeline once, and its documents COPIES times (20: one million) under other ids into one data folder; a process that
 * writes more is killed; the program is started after a clean stop and after that; then the store is asked. Prints CPU time per document, bytes per document, memory,
 * and for each question the CPU time of the first answer and the median of nine more: the requests differ, so no whole answer
 * is remembered, but results over sealed segments are. FOLDER is kept, and one that is there is only asked. With
 * OPENSEARCH_URL set, or --opensearch (a checkout with ../shared), a real OpenSearch with our template indexes the same
 * documents by `_bulk` and is asked the same, its request cache off: CPU-seconds of its process beside ours.
 */
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { data: { type: 'string' }, opensearch: { type: 'boolean' }, phase: { type: 'string' } },
});
const records = Number(positionals[0] ?? 50_000);
const copies = Number(positionals[1] ?? 20);

if (options.phase) await phase(options.phase, options.data ?? '');
else await main();

async function main(): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'trailhound-bench-'));
  const data = options.data ? resolve(options.data) : join(scratch, 'data');
  try {
    // Each in a process of its own: memory and caches of one do not count for another.
    if (!existsSync(data)) await child('ingest', data);
    await starts(data);
    await child('ask', data);
    const peer = await openPeer(options.opensearch === true);
    if (peer) await compare(data, peer).finally(() => peer.stop());
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function child(name: string, data: string, onMessage: (kill: () => void) => void = () => {}): Promise<void> {
  return new Promise((done, fail) => {
    const forked = fork(import.meta.filename, [String(records), String(copies), '--phase', name, '--data', data]);
    forked.on('message', () => onMessage(() => forked.kill('SIGKILL')));
    forked.on('exit', (code, signal) =>
      code === 0 || signal === 'SIGKILL' ? done() : fail(new Error(`${name} ended with ${code ?? signal}`)),
    );
  });
}

async function phase(name: string, data: string): Promise<void> {
  if (name === 'ingest') await ingest(data);
  else if (name === 'write') await writeForEver(data);
  else await ask(data);
}

/** The pipeline once, then copies of its documents straight into the store: rules need not be asked twenty times. */
async function ingest(data: string): Promise<void> {
  const made = await makeDocuments(records);
  const store = await openStore(data);
  for (const template of made.templates) await store.putTemplate(template);
  let count = 0;
  let spent = 0;
  for (let copy = 0; copy < copies; copy++) {
    for await (const hits of made.pages()) {
      const used = cpuSeconds();
      await store.write(hits.map((hit) => copyOf(hit, String(copy))));
      spent += used();
      count += hits.length;
    }
  }
  const sealing = cpuSeconds();
  await store.settled();
  spent += sealing();
  await store.close();
  await made.close();
  print('stored and indexed', `${count} documents, ${Math.round(count / spent).toLocaleString('en')} per CPU-second`);
  print(
    'on disk',
    `${Math.round(folderSize(data) / count)} bytes a document, of them ${Math.round(folderSize(join(data, 'segments')) / count)} of segments`,
  );
  print('peak RSS', mb(process.resourceUsage().maxRSS * 1024));
}

/** How soon the program answers after a clean stop, and after a SIGKILL amid writing. */
async function starts(data: string): Promise<void> {
  await printStart('start after a clean stop', data);
  await child('write', data, (kill) => kill());
  await printStart('start after a SIGKILL', data);
}

async function printStart(name: string, data: string): Promise<void> {
  const start = await measureStart(data);
  if (!start) return print(name, 'not measured: npm run build');
  const { answerMs, searchMs, cpuMs, rssMb } = start;
  const [answered, searched, rested] = rssMb;
  print(
    name,
    `first answer after ${answerMs} ms, first monitor's search after ${searchMs} ms (${cpuMs} ms CPU); RSS ${answered}, ${searched}, at rest ${rested} MB`,
  );
}

async function writeForEver(data: string): Promise<void> {
  const store = await openStore(data);
  let written = 0;
  for (let round = 0; ; round++) {
    for await (const hits of pagesOf(store)) {
      await store.write(hits.map((hit) => copyOf(hit, `${process.pid}-${round}`)));
      written += hits.length;
      // The parent kills this process then, amid more of it.
      if (written > 30_000) process.send?.('written');
    }
  }
}

async function ask(data: string): Promise<void> {
  const opening = performance.now();
  const store = await openStore(data);
  print('open', `${Math.round(performance.now() - opening)} ms, RSS ${mb(process.memoryUsage().rss)}`);
  await store.settled();
  for (const [name, body] of storeQuestions()) {
    const answer = await askOften(store, body).catch((error: unknown) => {
      if (!(error instanceof TrailhoundError)) throw error;
      return `not answered: ${error.message}`;
    });
    print(name, `${answer}, RSS ${mb(process.memoryUsage().rss)}`);
  }
  print('RSS after that', mb(process.memoryUsage().rss));
  await store.close();
}

async function askOften(store: Store, body: Record<string, unknown>): Promise<string> {
  const times: number[] = [];
  let total = '';
  for (let round = 0; round < 10; round++) {
    const used = cpuSeconds();
    // A different timeout is a different request: the whole answer is not remembered, results over segments are.
    const found = await store.search(eventPattern, parseSearchBody({ ...body, timeout: `${1000 + round}ms` }));
    times.push(used() * 1000);
    total = `${found.total}${found.relation === 'gte' ? '+' : ''}`;
    if ((times[0] ?? 0) > 3000 && round === 1) break;
  }
  const [first = 0, ...rest] = times;
  return `first ${first.toFixed(1)} ms, then ${median(rest).toFixed(1)} ms CPU, ${total} hits`;
}

/** The same documents and questions on both, CPU time of either process. */
async function compare(data: string, peer: Peer): Promise<void> {
  const store = await openStore(data);
  const index = JSON.parse(JSON.stringify((await store.templates()).find(({ name }) => name.startsWith('wazuh'))));
  await peer.call('PUT', `/_index_template/${index.name}`, JSON.stringify(index.body ?? index.template ?? index));
  let count = 0;
  const indexing = peer.cpuSeconds();
  for await (const hits of pagesOf(store)) {
    const lines = hits.flatMap((hit) => [
      JSON.stringify({ create: { _index: hit.index, _id: hit.id } }),
      hit.text ?? JSON.stringify(hit.source),
    ]);
    const answer = (await peer.call('POST', '/_bulk', `${lines.join('\n')}\n`)) as { errors: boolean };
    if (answer.errors && count === 0) throw new Error(JSON.stringify(answer).slice(0, 500));
    count += hits.length;
  }
  await peer.call('POST', '/_refresh');
  const spent = peer.cpuSeconds() - indexing;
  print('OpenSearch: _bulk', `${count} documents, ${Math.round(count / spent).toLocaleString('en')} per CPU-second`);
  for (const [name, body] of storeQuestions()) {
    const trial = cpuSeconds();
    await store.search(eventPattern, parseSearchBody(body));
    const rounds = trial() > 1 ? 1 : 10;
    const ours = cpuSeconds();
    let answer = '';
    for (let round = 0; round < rounds; round++) {
      const found = await store.search(eventPattern, parseSearchBody({ ...body, timeout: `${1000 + round}ms` }));
      answer = String(found.total);
    }
    const own = (ours() * 1000) / rounds;
    const before = peer.cpuSeconds();
    const cached = Number(body.size) === 0 ? '?request_cache=false' : '';
    let theirs = '';
    for (let round = 0; round < rounds; round++) {
      const found = (await peer.call('POST', `/${eventPattern}/_search${cached}`, JSON.stringify(body))) as {
        hits: { total: { value: number } };
      };
      theirs = String(found.hits.total.value);
    }
    const other = ((peer.cpuSeconds() - before) * 1000) / rounds;
    const same = answer === theirs ? `${answer} hits` : `${answer} hits here, ${theirs} there`;
    print(name, `${own.toFixed(1)} ms CPU, OpenSearch ${other.toFixed(1)} ms (× ${(other / own).toFixed(1)}), ${same}`);
  }
  await store.close();
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

function mb(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

function print(name: string, value: string): void {
  process.stdout.write(`${name.padEnd(48)}${value}\n`);
}
