import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openApp } from '../src/app.ts';
import type { Document } from '../src/base/document.ts';
import { keptLog } from '../src/base/log.ts';
import { parseConfig } from '../src/config/config.ts';
import { parseSearchBody } from '../src/query/search-body.ts';
import { type EmbeddedStore, openEmbedded } from '../src/store/embedded.ts';
import type { Operation, SearchHit, Store, StoredTemplate } from '../src/store/store.ts';

export const eventPattern = 'wazuh-alerts-4.x-*';

/** Documents of made-up records that went through the whole pipeline, and the templates that came with it. */
export interface MadeDocuments {
  readonly templates: readonly StoredTemplate[];
  /** In pages of up to a thousand, as often as it is asked. */
  pages(): AsyncIterable<readonly SearchHit[]>;
  close(): Promise<void>;
}

export async function makeDocuments(records: number): Promise<MadeDocuments> {
  const scratch = mkdtempSync(join(tmpdir(), 'trailhound-bench-'));
  const lake = join(scratch, 'lake');
  const generator = resolve(import.meta.dirname, 'gen_corpus.py');
  execFileSync('python3', [generator, lake, '--records', String(records), '--days', '3', '--anon-lower', '0.5'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const { value: config } = parseConfig([{ place: 'bench', values: { data: join(scratch, 'data') } }]);
  const app = await openApp(config, { log: keptLog() });
  await app.ingest(lake, { once: true, signal: new AbortController().signal });
  return {
    templates: await app.store.templates(),
    pages: () => pagesOf(app.store),
    async close() {
      await app.close();
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

/** All documents of the event indices, in order of arrival. */
export async function* pagesOf(store: Store): AsyncIterable<readonly SearchHit[]> {
  const end = await store.position();
  for (let after = 0; after < end; after += 1000) {
    const body = parseSearchBody({ size: 1000, sort: ['_doc'] });
    const { hits } = await store.search(eventPattern, body, { window: { after, upTo: after + 1000 } });
    if (hits.length > 0) yield hits;
  }
}

/** A copy of a document as another event would have it: `eventID`, which is its id, and `requestID` are of the same form and all different. */
export function copyOf({ id, index, source }: SearchHit, copy: string): Operation {
  const data = source.data as Document;
  const aws = data.aws as Document;
  const eventID = another(id, copy);
  const requestID = typeof aws.requestID === 'string' ? { requestID: another(aws.requestID, copy) } : {};
  const document = { ...source, data: { ...data, aws: { ...aws, eventID, ...requestID } } };
  return { action: 'create', index, id: eventID, document, plain: true };
}

/** Another text of hexadecimal digits where there were some. */
function another(text: string, copy: string): string {
  const digits = createHash('sha512').update(`${text} ${copy}`).digest('hex');
  let at = 0;
  return text.replace(/[0-9a-f]/gi, (digit) => {
    const other = digits[at++ % digits.length] as string;
    return digit >= 'A' && digit <= 'F' ? other.toUpperCase() : other;
  });
}

export function openStore(dir: string): Promise<EmbeddedStore> {
  return openEmbedded({ dir, clock: { now: () => Date.now(), sleep: async () => {} }, log: keptLog() });
}
