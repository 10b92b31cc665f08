import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** A real OpenSearch beside ours: what it takes of the processor is its process's own account. */
export interface Peer {
  call(method: string, path: string, body?: string): Promise<unknown>;
  cpuSeconds(): number;
  stop(): void;
}

/** At OPENSEARCH_URL, or with `start` one of `../shared/reference/opensearch/up` (OS_DIR, OS_PORT, OS_HEAP as it says). */
export async function openPeer(start: boolean): Promise<Peer | undefined> {
  const given = process.env.OPENSEARCH_URL;
  if (given === undefined && !start) return undefined;
  const up = resolve(import.meta.dirname, '../../shared/reference/opensearch/up');
  const port = process.env.OS_PORT ?? '9200';
  if (given === undefined)
    execFileSync(up, [], { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, OS_PORT: port } });
  const base = given ?? `http://127.0.0.1:${port}`;
  const call = async (method: string, path: string, body?: string): Promise<unknown> => {
    const headers = { 'content-type': path.includes('_bulk') ? 'application/x-ndjson' : 'application/json' };
    const answer = await fetch(base + path, { method, headers, ...(body === undefined ? {} : { body }) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 500)}`);
    return JSON.parse(text);
  };
  const nodes = Object.values(
    ((await call('GET', '/_nodes/process')) as { nodes: Record<string, { process: { id: number } }> }).nodes,
  );
  const pid = nodes[0]?.process.id ?? 0;
  return {
    call,
    cpuSeconds: () => processCpuSeconds(pid),
    stop() {
      if (given === undefined) execFileSync(up, ['down'], { stdio: 'ignore', env: { ...process.env, OS_PORT: port } });
    },
  };
}

/** User and system time, in hundredths of a second, stand as fields 14 and 15 behind the name in brackets. */
function processCpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
