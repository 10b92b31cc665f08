import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { isRuleFileName } from '../base/rule-file-name.ts';
import type { ContentFile } from './content.ts';

/** Rule files that were put over the API: they lie in the data folder and survive a restart. */
export interface RuleFolder {
  list(): readonly ContentFile[];
  /** Durable when it returns: a crash leaves the old file or the new one. */
  write(name: string, text: string): void;
  remove(name: string): void;
}

/** Names come from clients: `isRuleFileName` must have said yes. */
export function openRuleFolder(dir: string): RuleFolder {
  return {
    list() {
      let names: readonly string[];
      try {
        names = readdirSync(dir).filter(isRuleFileName).sort();
      } catch {
        // Not there until the first file is put.
        return [];
      }
      return names.map((name) => ({ name, path: `etc/rules/${name}`, text: readFileSync(join(dir, name), 'utf8') }));
    },
    write(name, text) {
      mkdirSync(dir, { recursive: true });
      const draft = join(dir, `.${name}.new`);
      const file = openSync(draft, 'w', 0o600);
      try {
        writeSync(file, text);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(draft, join(dir, name));
      syncFolder(dir);
    },
    remove(name) {
      rmSync(join(dir, name));
      syncFolder(dir);
    },
  };
}

function syncFolder(dir: string): void {
  const folder = openSync(dir, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
