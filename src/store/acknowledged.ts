import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';

/**
 * The position up to which writes were acknowledged, in a file of its own. SQLite takes a WAL that was cut or damaged for one
 * that ends there, and acknowledged documents would be gone without a word; this file is the witness. It is written after the
 * commit and never forced to disk: it may lag behind (which proves nothing), it cannot be ahead of a sound database.
 */
export interface AcknowledgedFile {
  set(position: number): void;
  close(): void;
}

/** The position in the file; undefined where it is missing or not what was written. */
export function readAcknowledged(path: string): number | undefined {
  try {
    const [, position = '', sum = ''] = /^(\d{16}) ([0-9a-f]{8})\n/.exec(readFileSync(path, 'latin1')) ?? [];
    return position !== '' && checkOf(position) === sum ? Number(position) : undefined;
  } catch {
    return undefined;
  }
}

export function openAcknowledged(path: string): AcknowledgedFile {
  const file = openSync(path, 'a+');
  closeSync(file);
  const open = openSync(path, 'r+');
  return {
    set(position) {
      const text = String(position).padStart(16, '0');
      try {
        writeSync(open, `${text} ${checkOf(text)}\n`, 0, 'latin1');
      } catch {
        // A full disk: the file lags behind, as it may.
      }
    },
    close: () => closeSync(open),
  };
}

function checkOf(position: string): string {
  return crc32(position).toString(16).padStart(8, '0');
}
