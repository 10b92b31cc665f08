import { mkdir, open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Clock, Instant } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import { reasonOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { logKey } from '../trail/object-key.ts';
import { account, region, requestId } from './account.ts';

/** The lab's security data lake: a folder laid out as the S3 bucket would be. */
export interface DataLake {
  /** A record for the next CloudTrail file. */
  record(record: Document): void;
  /** A line for the next file of a stage's access log. */
  accessLog(apiId: string, stage: string, line: Document): void;
  /** Writes what waits; resolves when it is there. */
  flush(): Promise<void>;
  /** Writes what waits and stops. */
  close(): Promise<void>;
}

/** AWS takes some five minutes; the lab waits only long enough that calls made together come in one file. */
const deliveryDelayMs = 1500;

export function openDataLake(folder: string, clock: Clock, log: Log): DataLake {
  const stop = new AbortController();
  let waiting = new Map<
    string,
    { keyOf(at: Instant): string; entries: Document[]; toText(entries: Document[]): string }
  >();
  let delivery: Promise<void> | undefined;
  let writing: Promise<void> = Promise.resolve();

  const add = (
    group: string,
    entry: Document,
    keyOf: (at: Instant) => string,
    toText: (all: Document[]) => string,
  ): void => {
    const file = waiting.get(group);
    if (file) file.entries.push(entry);
    else waiting.set(group, { keyOf, entries: [entry], toText });
    delivery ??= deliver();
  };
  const deliver = async (): Promise<void> => {
    await clock.sleep(deliveryDelayMs, stop.signal);
    await flush();
  };
  const flush = (): Promise<void> => {
    const files = [...waiting.values()];
    waiting = new Map();
    delivery = undefined;
    writing = writing.then(async () => {
      for (const file of files) {
        const path = join(folder, ...file.keyOf(clock.now()).split('/'));
        await writeWhole(path, gzipSync(file.toText(file.entries))).catch((error) => {
          log.error(`the lab could not write ${path}: ${reasonOf(error)}`);
        });
      }
    });
    return writing;
  };

  return {
    record: (record) => add('', record, trailKey, (Records) => JSON.stringify({ Records })),
    accessLog: (apiId, stage, line) =>
      add(
        `${apiId}/${stage}`,
        line,
        (at) => accessLogKey(apiId, stage, at),
        (lines) => lines.map((each) => `${JSON.stringify(each)}\n`).join(''),
      ),
    flush,
    async close() {
      const last = delivery;
      stop.abort();
      await last;
      await flush();
    },
  };
}

function trailKey(deliveredAt: Instant): string {
  return logKey({ account, region, deliveredAt, unique: requestId() });
}

/** As Firehose would name them: by stage and day. */
function accessLogKey(apiId: string, stage: string, at: Instant): string {
  const time = new Date(at).toISOString();
  const day = time.slice(0, 10).split('-').join('/');
  return `apigateway-access-logs/${apiId}/${stage}/${day}/${time.replaceAll(':', '-')}_${requestId()}.jsonl.gz`;
}

/** No reader ever sees half a file: it appears under its name when it is whole. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const unfinished = `${path}.tmp`;
  const file = await open(unfinished, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
}
