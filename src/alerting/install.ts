import { createHash } from 'node:crypto';
import { at, type Document, isDocument, own } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import type { Problem } from '../base/problem.ts';
import { idOf } from './identity.ts';
import { monitorJson } from './monitor.ts';
import type { MonitorBook } from './monitor-book.ts';
import { plainJson } from './plain-json.ts';
import type { Watch } from './watch.ts';

/** A monitor that comes with the program or from `--monitors`: a file's name and its JSON. */
export interface MonitorFile {
  readonly name: string;
  readonly json: unknown;
}

/**
 * Saves monitor files under ids made of their names, so that the next start finds them again. A file that did not change
 * leaves the saved monitor alone, with whatever the user made of it; one that did replaces it, but whether it is enabled
 * stays the user's choice. A broken file is a problem and costs only itself.
 */
export async function installMonitors(
  book: MonitorBook,
  files: readonly MonitorFile[],
  problem: (problem: Problem) => void,
): Promise<void> {
  if (book.fresh) await book.installing(false);
  for (const file of files) {
    try {
      await installMonitor(book, file);
    } catch (error) {
      if (!(error instanceof TrailhoundError) || error.code === 'read-only') throw error;
      problem({ place: file.name, message: `this monitor is left out: ${error.message}` });
    }
  }
  if (book.fresh) await book.installing(true);
}

async function installMonitor(book: MonitorBook, file: MonitorFile): Promise<void> {
  const id = fileId(file.name);
  const json = prepared(file, id);
  const saved = book.watches.get(id);
  if (!saved) {
    await book.create(json, { id, from: book.fresh ? 0 : await book.position() });
  } else if (fingerprintOf(saved) !== at(json, 'ui_metadata.trailhound.file.sha256')) {
    await book.update(id, { ...json, enabled: saved.monitor.enabled });
  }
}

/** The id that a monitor gets from the name of its file. */
export function fileId(name: string): string {
  return idOf('file', name.replace(/\.(?:json|ya?ml)$/, ''));
}

/** The file's monitor with ids for triggers that have none (the same each time) and the mark of the file it came from. */
function prepared(file: MonitorFile, id: string): Document {
  const json = plainJson(file.json);
  if (!isDocument(json)) return {};
  const sha256 = createHash('sha256').update(JSON.stringify(json)).digest('hex');
  const uiMetadata = own(json, 'ui_metadata');
  const triggers = own(json, 'triggers');
  return {
    ...json,
    ...(Array.isArray(triggers) ? { triggers: triggers.map((trigger, index) => withId(trigger, id, index)) } : {}),
    ui_metadata: {
      ...(isDocument(uiMetadata) ? uiMetadata : {}),
      trailhound: { ...trailhoundOf(uiMetadata), file: { name: file.name, sha256 } },
    },
  };
}

function trailhoundOf(uiMetadata: unknown): Document {
  const settings = own(uiMetadata, 'trailhound');
  return isDocument(settings) ? settings : {};
}

function withId(trigger: unknown, monitorId: string, index: number): unknown {
  if (!isDocument(trigger)) return trigger;
  const id = idOf('trigger', monitorId, index);
  const form = Object.keys(trigger).find((key) => key.endsWith('_level_trigger'));
  const inner = form === undefined ? undefined : own(trigger, form);
  if (form !== undefined && isDocument(inner)) return { [form]: { id, ...inner } };
  return { id, ...trigger };
}

function fingerprintOf(watch: Watch): unknown {
  return at(monitorJson(watch.monitor), 'ui_metadata.trailhound.file.sha256');
}
