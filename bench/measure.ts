import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What the benches measure with. */

/** CPU time of the process since the call, all threads. */
export function cpuSeconds(): () => number {
  const start = process.cpuUsage();
  return () => {
    const used = process.cpuUsage(start);
    return (used.user + used.system) / 1e6;
  };
}

/** The trail files below a folder. */
export function gzFiles(path: string): string[] {
  return readdirSync(path).flatMap((name) => {
    const inner = join(path, name);
    if (statSync(inner).isDirectory()) return gzFiles(inner);
    return inner.endsWith('.json.gz') ? [inner] : [];
  });
}

/** Bytes of all files below a folder. */
export function folderSize(path: string): number {
  return readdirSync(path).reduce((sum, name) => {
    const stat = statSync(join(path, name));
    return sum + (stat.isDirectory() ? folderSize(join(path, name)) : stat.size);
  }, 0);
}
