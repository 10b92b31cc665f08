import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve, sep } from 'node:path';
import { reasonOf } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Problem } from '../base/problem.ts';
import type { ContentFile } from './content.ts';

/** A folder of Wazuh: what of it the program needs. */
export interface Ruleset {
  readonly rules: readonly ContentFile[];
  /** CDB lists; `name` is the path below the folder `lists`, as rules write it after `etc/lists/`. */
  readonly lists: readonly ContentFile[];
  readonly problems: readonly Problem[];
}

/**
 * Reads rule files and CDB lists below the paths: a file, a folder of `.xml` files, or a whole folder of Wazuh
 * (`etc/rules`, `ruleset/rules`, `etc/lists/…`). What stands below a folder `lists` is a list, whatever its ending, but not
 * the compiled `.cdb` beside it; folders `decoders` are passed over. A path that cannot be read is a problem.
 */
export function readRuleset(paths: readonly string[]): Ruleset {
  const found: Found = { rules: [], lists: [], problems: [] };
  for (const path of paths) collect(resolve(path), path, found, true, 0);
  return found;
}

interface Found {
  readonly rules: ContentFile[];
  readonly lists: ContentFile[];
  readonly problems: Problem[];
}

/** `path` is absolute, `shown` as the user would name it. */
function collect(path: string, shown: string, found: Found, named: boolean, depth: number): void {
  try {
    if (statSync(path).isDirectory()) {
      // A link back to a folder above must not be walked for ever.
      if (depth > limits.contentDepthMax || (!named && basename(path) === 'decoders')) return;
      for (const entry of readdirSync(path).sort())
        collect(join(path, entry), join(shown, entry), found, false, depth + 1);
      return;
    }
    const list = listName(path);
    if (list !== undefined && !path.endsWith('.xml')) {
      if (!path.endsWith('.cdb')) found.lists.push({ path: shown, name: list, text: readFileSync(path, 'utf8') });
    } else if (named || path.endsWith('.xml')) {
      found.rules.push({ path: shown, name: basename(path), text: readFileSync(path, 'utf8') });
    }
  } catch (error) {
    found.problems.push({ place: shown, message: `cannot be read: ${reasonOf(error)}` });
  }
}

/** The path below the last folder `lists`; undefined when there is none. */
function listName(path: string): string | undefined {
  const steps = path.split(sep);
  const at = steps.lastIndexOf('lists', steps.length - 2);
  return at < 0 ? undefined : steps.slice(at + 1).join('/');
}
