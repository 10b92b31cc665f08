import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';

/** Fills the file system to the last byte. */
export function fillDisk(file: string): void {
  const chunk = Buffer.alloc(4096, 1);
  try {
    for (;;) writeFileSync(file, chunk, { flag: 'a' });
  } catch {
    // Full.
  }
}

/** A file system of its own in memory; `skip` says why there can be none. */
export function mountTmpfs(dir: string, size: string): { skip: string | false; end(): void } {
  mkdirSync(dir, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', dir], { stdio: 'pipe' });
  } catch (error) {
    return {
      skip: `no small file system can be mounted here: ${error instanceof Error ? error.message : error}`,
      end: () => {},
    };
  }
  return { skip: false, end: () => void execFileSync('umount', ['-l', dir]) };
}
