import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { call, type Json, type Program, serve } from '../test/program.ts';
import { deliver, eventId, s3Record } from '../test/records.ts';

/**
 * From a file's becoming visible in a lake to its event's standing in a stored alert, where one and three processes share a
 * cluster:
 *
 *     node scripts/build.mjs && OPENSEARCH_URL=http://127.0.0.1:9200[,…] npx tsx bench/cluster.ts [files] [everyMs] [processes…]
 *
 * ALL indices and templates of that cluster are deleted. Files of five records, one of them an anonymous read, come every so
 * often; all shipped monitors run. The alert is read by its id, which shows what is stored whether it was refreshed or not,
 * every 40 ms. Stages: `judged`: seen, stood still, read, put to the rules; `positioned`: written, noticed, refreshed, given a
 * position by whoever runs the monitors; `alerted`: searched, and the alert written.
 */
const engines = (process.env.OPENSEARCH_URL ?? '').replace(/\/(?=,|$)/g, '');
if (engines === '') throw new Error('OPENSEARCH_URL is missing: a cluster whose indices may all be deleted');
const numbers = process.argv.slice(2).map(Number);
const [files = 200, everyMs = 250, ...fleets] = numbers;
const [firstEngine = ''] = engines.split(',');
const alertsPath = '/.trailhound-opendistro-alerting-alerts';
const pollMs = 40;

for (const processes of fleets.length > 0 ? fleets : [1, 3]) {
  const folder = mkdtempSync(join(tmpdir(), 'trailhound-cluster-'));
  try {
    await measure(processes, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(processes: number, folder: string): Promise<void> {
  await engine('DELETE', '/*?expand_wildcards=all');
  for (const kind of ['_index_template', '_component_template', '_template']) await engine('DELETE', `/${kind}/*`);
  const lake = join(folder, 'lake');
  mkdirSync(lake);
  const fleet = await Promise.all(
    Array.from({ length: processes }, (_, place) =>
      serve(['--data', join(folder, `data-${place}`), '--source', lake, '--engine', engines]),
    ),
  );
  try {
    // Members come to know each other, monitors are installed, the first files make the indices and open the alert.
    await sleep(8000);
    let number = 0;
    const feed = (): string => {
      const ids = number;
      const records = Array.from({ length: 5 }, (_, at) =>
        s3Record(number++, 'GetObject', at === 0 ? 'anonymous' : 'user'),
      );
      deliver(lake, records);
      return eventId(ids);
    };
    for (let file = 0; file < 3; file++) feed();
    const alert = await findAlert(fleet[0] as Program);
    await sleep(5000);
    const cpu = fleet.map(cpuOf);
    const watch = watchAlert(alert);
    const visible = new Map<string, number>();
    const started = performance.now();
    for (let file = 0; file < files; file++) {
      visible.set(feed(), Date.now());
      await sleep(Math.max(0, (file + 1) * everyMs - (performance.now() - started)));
    }
    const alerted = await watch.until([...visible.keys()], 60_000);
    const used = fleet.map((program, place) => cpuOf(program) - (cpu[place] ?? 0));
    await report(processes, visible, alerted, watch.positions, used);
  } finally {
    await Promise.all(fleet.map((program) => program.kill()));
  }
}

/** Where the alert of the anonymous reads stands. */
async function findAlert({ call: ask }: Program): Promise<string> {
  for (let tries = 0; tries < 600; tries++) {
    const { body } = await ask('GET', '/_plugins/_alerting/monitors/alerts?size=100');
    const found = body?.alerts?.find((one: Json) => one.monitor_name === 'S3 GetObject from Anonymous Principal');
    if (found) return found.id;
    await sleep(100);
  }
  throw new Error('no alert came');
}

interface Reached {
  readonly at: number;
  /** Shard operations of an index that have a position, by index. */
  readonly done: ReadonlyMap<string, number>;
}

/** Notes when each event is first seen in the alert, and when how much of an index had its position. */
function watchAlert(id: string) {
  const seen = new Map<string, number>();
  const positions: Reached[] = [];
  let stopped = false;
  const look = async (): Promise<void> => {
    const { body } = await engine('POST', '/_mget', {
      docs: [
        { _index: alertsPath.slice(1), _id: id, _source: 'trailhound.events._id' },
        { _index: '.trailhound-arrivals', _id: 'head' },
      ],
    });
    const at = Date.now();
    for (const { _id } of body.docs[0]?._source?.trailhound?.events ?? []) if (!seen.has(_id)) seen.set(_id, at);
    const { open = [], closing } = body.docs[1]?._source ?? {};
    const done = new Map<string, number>();
    for (const [index, , shard, from, count] of [...(closing?.stretches ?? []), ...open]) {
      if (shard === 0) done.set(index, Math.max(done.get(index) ?? 0, from + count));
    }
    positions.push({ at, done });
  };
  const looking = (async (): Promise<void> => {
    while (!stopped) {
      await look().catch(() => undefined);
      await sleep(pollMs);
    }
  })();
  return {
    positions,
    async until(ids: readonly string[], timeoutMs: number): Promise<ReadonlyMap<string, number>> {
      const started = performance.now();
      while (!ids.every((one) => seen.has(one)) && performance.now() - started < timeoutMs) await sleep(200);
      stopped = true;
      await looking;
      return seen;
    },
  };
}

async function report(
  processes: number,
  visible: ReadonlyMap<string, number>,
  alerted: ReadonlyMap<string, number>,
  positions: readonly Reached[],
  cpu: readonly number[],
): Promise<void> {
  await engine('POST', '/wazuh-alerts-4.x-*/_refresh');
  const { body } = await engine('POST', '/wazuh-alerts-4.x-*/_search', {
    size: 10_000,
    seq_no_primary_term: true,
    _source: 'trailhound.clocks',
    query: { match_all: {} },
  });
  const stages: Record<string, number[]> = { judged: [], positioned: [], alerted: [], 'in all': [] };
  let missing = 0;
  for (const { _id, _index, _seq_no, _source } of body.hits.hits) {
    const [from, to] = [visible.get(_id), alerted.get(_id)];
    if (from === undefined) continue;
    if (to === undefined) {
      missing++;
      continue;
    }
    const judged = Date.parse(_source.trailhound.clocks.ingested);
    const positioned = positions.find(({ done }) => (done.get(_index) ?? 0) > _seq_no)?.at ?? to;
    stages.judged?.push(judged - from);
    stages.positioned?.push(positioned - judged);
    stages.alerted?.push(Math.max(0, to - positioned));
    stages['in all']?.push(to - from);
  }
  console.log(
    `${processes} process${processes === 1 ? '' : 'es'}, ${engines.split(',').length} node(s) named: ${files} files, one every ${everyMs} ms; ${body.hits.total.value} documents, ${missing} events in no alert; CPU ${cpu.map((seconds) => seconds.toFixed(1)).join(', ')} s`,
  );
  for (const [name, times] of Object.entries(stages)) {
    times.sort((a, b) => a - b);
    const at = (share: number): string =>
      `${times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? '-'}`.padStart(6);
    console.log(`  ${name.padEnd(10)} p50 ${at(0.5)}  p90 ${at(0.9)}  p99 ${at(0.99)}  max ${at(1)} ms`);
  }
}

/** CPU seconds of a program so far (Linux). */
function cpuOf({ pid }: Program): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function engine(method: string, path: string, body?: unknown): Promise<{ status: number; body: Json }> {
  return call(firstEngine, method, path, body);
}

function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
