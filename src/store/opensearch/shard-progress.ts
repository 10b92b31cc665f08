import { type Clock, elapsedMs } from '../../base/clock.ts';
import { asText, isDocument, own } from '../../base/document.ts';
import type { EngineClient } from './engine-client.ts';

/** How far one shard has come. */
export interface ShardProgress {
  readonly index: string;
  readonly uuid: string;
  readonly shard: number;
  /** Operations that are done, without a gap, on every copy that counts: a refresh shows them all. */
  readonly done: number;
  /** Operations that were begun. */
  readonly begun: number;
}

/**
 * How far all shards of all indices have come, but for those whose names begin with a dot (data streams' ones count). Operations
 * that are just being done are waited for a moment: what a client was answered is among those that are done.
 */
export async function shardProgress(client: EngineClient, clock: Clock): Promise<readonly ShardProgress[]> {
  const elapsed = elapsedMs();
  const first = await read(client);
  const goal = new Map(first.map((one) => [`${one.uuid}/${one.shard}`, one.begun]));
  let now = first;
  while (elapsed() < waitMaxMs && now.some((one) => one.done < (goal.get(`${one.uuid}/${one.shard}`) ?? 0))) {
    await clock.sleep(waitMs);
    now = await read(client);
  }
  return now;
}

const waitMs = 20;
const waitMaxMs = 500;

async function read(client: EngineClient): Promise<readonly ShardProgress[]> {
  const filter = 'indices.*.uuid,indices.*.shards.*.seq_no,indices.*.shards.*.routing.primary';
  const query = `level=shards&expand_wildcards=open,hidden&ignore_unavailable=true&filter_path=${filter}`;
  const path = `/${encodeURIComponent('*')},-.*,.ds-*/_stats/docs?${query}`;
  const indices = own(JSON.parse(await client.text({ method: 'GET', path })), 'indices');
  const found: ShardProgress[] = [];
  for (const [index, json] of Object.entries(isDocument(indices) ? indices : {})) {
    const shards = own(json, 'shards');
    for (const [shard, copies] of Object.entries(isDocument(shards) ? shards : {})) {
      const primary = (Array.isArray(copies) ? copies : []).find(
        (copy) => own(own(copy, 'routing'), 'primary') === true,
      );
      const seqNo = own(primary, 'seq_no');
      if (!isDocument(seqNo)) continue;
      const uuid = asText(own(json, 'uuid') ?? '');
      const done = Number(seqNo.global_checkpoint) + 1;
      found.push({ index, uuid, shard: Number(shard), done, begun: Number(seqNo.max_seq_no) + 1 });
    }
  }
  return found.sort((a, b) => (a.index === b.index ? a.shard - b.shard : a.index < b.index ? -1 : 1));
}
