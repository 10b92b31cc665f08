import type { Clock } from '../base/clock.ts';
import { reasonOf } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { skipByKey } from '../trail/object-key.ts';
import { countsAsLog } from './folder.ts';
import type { Outbox } from './outbox.ts';
import { type Area, findAreas } from './s3-areas.ts';
import type { Bucket, ListedObject, ListRequest } from './s3-bucket.ts';
import type { Skipped, SourceOptions } from './source.ts';

export interface S3Options extends SourceOptions {
  readonly clock: Clock;
  readonly endpointUrl?: string;
  readonly region?: string;
  /** How often new objects are looked for while watching: 10 s unless told. */
  readonly pollMs?: number;
}

/** What is read of a bucket, and where it goes. */
export interface Lake {
  readonly options: S3Options;
  areas(signal: AbortSignal): Promise<readonly Area[]>;
  /** Lists and offers what is new; returns what it saw. */
  offerListed(request: ListRequest, signal: AbortSignal): Promise<Listed>;
  /** Every object there is, once. */
  pass(signal: AbortSignal): Promise<void>;
  /** Tells that something failed, once until it `recovered`. */
  complain(what: string, error: unknown): void;
  recovered(what: string): void;
}

export interface Listed {
  readonly pages: number;
  readonly objects: number;
  /** How many were offered that were not known. */
  readonly fresh: number;
  readonly lastKey: string | undefined;
}

/** `prefix`: '', or ends with `/`, or names one object. */
export function openLake(
  bucket: Bucket,
  prefix: string,
  options: S3Options,
  outbox: Outbox,
  signal: AbortSignal,
): Lake {
  const oneObject = prefix !== '' && !prefix.endsWith('/');
  const areas = (stop: AbortSignal): Promise<readonly Area[]> =>
    oneObject ? Promise.resolve([{ prefix, use: 'tree' as const }]) : findAreas(bucket, prefix, stop);

  const offerObject = async (object: ListedObject): Promise<boolean> => {
    const origin = `s3://${bucket.name}/${object.key}`;
    if (outbox.knows(origin, object.version)) return false;
    await outbox.offer({
      origin,
      key: object.key,
      bucket: bucket.name,
      version: object.version,
      deliveredAt: object.modifiedAt,
      read: () => bucket.read(object.key, signal),
    });
    return true;
  };
  const list = async (
    request: ListRequest,
    stop: AbortSignal,
    skipped?: Map<Skipped['reason'], number>,
  ): Promise<Listed> => {
    let [pages, objects, fresh] = [0, 0, 0];
    let lastKey: string | undefined;
    for await (const page of bucket.list(request, stop)) {
      pages += 1;
      for (const object of page.objects) {
        if (stop.aborted) break;
        if (object.key.endsWith('/') || (oneObject && object.key !== prefix)) continue;
        objects += 1;
        lastKey = object.key;
        const reason = whySkipped(object.key);
        if (reason) skipped?.set(reason, (skipped.get(reason) ?? 0) + 1);
        else if (await offerObject(object)) fresh += 1;
      }
    }
    return { pages, objects, fresh, lastKey };
  };
  const told = new Set<string>();
  return {
    options,
    areas,
    complain(what, error) {
      if (told.has(what) || signal.aborted || told.size >= limits.problemsKeptMax) return;
      told.add(what);
      options.problem({ place: `s3://${bucket.name}/${what}`, message: `${reasonOf(error)}; trying again` });
    },
    recovered: (what) => void told.delete(what),
    offerListed: (request, stop) => list(request, stop),
    async pass(stop) {
      const skipped = new Map<Skipped['reason'], number>();
      let objects = 0;
      for (const area of await areas(stop)) {
        const listed = await list({ prefix: area.prefix, oneLevel: area.use === 'level' }, stop, skipped);
        objects += listed.objects;
      }
      const place = `s3://${bucket.name}/${prefix}`;
      if (stop.aborted) return;
      for (const [reason, files] of skipped) options.skipped?.({ place, reason, files });
      if (objects === 0) options.problem({ place, message: 'nothing lies there: check the prefix' });
    },
  };
}

/** Why an object is not read, when its key says that it holds no events. */
export function whySkipped(key: string): Skipped['reason'] | undefined {
  return skipByKey(key) ?? (countsAsLog(key.slice(key.lastIndexOf('/') + 1)) ? undefined : 'other-name');
}
