import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { reasonOf, TrailhoundError } from '../base/errors.ts';

/** Keeps texts so that the store, its backups and `_search` hold nothing to read. */
export interface Vault {
  seal(text: string): string;
  /** undefined when it was sealed with another key or is damaged. */
  open(sealed: string): string | undefined;
}

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/** AES-256-GCM with the key of a file that only its owner may read, made when it is not there; without a file a key of its own. */
export function openVault(file: string | undefined): Vault {
  const key = file === undefined ? randomBytes(keyBytes) : readKey(file);
  return {
    seal(text) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, 'base64');
      if (bytes.length < nonceBytes + tagBytes) return undefined;
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes));
        decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
        return Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]).toString();
      } catch {
        return undefined;
      }
    },
  };
}

function readKey(file: string): Buffer {
  try {
    const key = randomBytes(keyBytes);
    const handle = openSync(file, 'wx', 0o600);
    writeSync(handle, key.toString('base64'));
    fsyncSync(handle);
    closeSync(handle);
    return key;
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') {
      throw new TrailhoundError(
        'data-folder-broken',
        `the key of notification secrets cannot be kept: ${reasonOf(error)}`,
      );
    }
  }
  const key = Buffer.from(readFileSync(file, 'utf8'), 'base64');
  if (key.length === keyBytes) return key;
  throw new TrailhoundError(
    'data-folder-broken',
    `${file} is no key: put it back from a backup, or delete it and set the URLs and headers of all channels again`,
  );
}
