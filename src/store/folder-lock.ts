import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { TrailhoundError } from '../base/errors.ts';

/** Which process holds a data folder. `boot` and `started` tell it from a later process of the same pid. */
interface Owner {
  readonly pid: number;
  readonly boot: string;
  readonly started: string;
}

/**
 * The file that names the owner. The kernel's lock on the database (it ends with the process, whatever killed it) decides a
 * race; this file is there so that the refusal can name the pid, and for file systems without locks.
 * Throws 'data-folder-in-use' while the owner lives.
 */
export function checkLock(path: string): void {
  const owner = readOwner(path);
  if (owner && lives(owner)) throw inUse(path, owner.pid);
}

/** Call once the database is held: a lock left behind by a killed process is overwritten. */
export function writeLock(path: string): void {
  writeFileSync(path, `${JSON.stringify(ownerOf(process.pid))}\n`);
}

/** Never fails: a lock that stays behind is taken over. */
export function dropLock(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // A folder that became read-only.
  }
}

/** The refusal, with the pid where it is known. */
export function inUse(path: string, pid = readOwner(path)?.pid): TrailhoundError {
  const who = pid === undefined ? 'another process' : `the process with pid ${pid}`;
  return new TrailhoundError(
    'data-folder-in-use',
    `the data folder is in use by ${who} (${path}). Stop it, or choose another folder with --data`,
    { fields: pid === undefined ? {} : { pid } },
  );
}

function readOwner(path: string): Owner | undefined {
  try {
    const value = JSON.parse(readFileSync(path, 'utf8'));
    return Number.isSafeInteger(value.pid) && value.pid > 0 ? value : undefined;
  } catch {
    // Missing, or cut off by a crash while it was written: then nobody holds it.
    return undefined;
  }
}

function lives(owner: Owner): boolean {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = ownerOf(owner.pid);
  return now.boot === owner.boot && now.started === owner.started && !isZombie(owner.pid);
}

/** Dead, but its parent has not asked for its exit code (in a container without an init it never does): it holds nothing. */
function isZombie(pid: number): boolean {
  return /^[ZX]/.test(statOf(pid)[0] ?? '');
}

/** Without /proc (macOS) both stay empty and the pid alone counts. */
function ownerOf(pid: number): Owner {
  const boot = readText('/proc/sys/kernel/random/boot_id').trim();
  // Field 22 is the start time in ticks since boot.
  return { pid, boot, started: statOf(pid)[19] ?? '' };
}

/** The fields of /proc's stat from the third (the state) on. The second, the name in parentheses, may hold spaces. */
function statOf(pid: number): readonly string[] {
  const stat = readText(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
