import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { reasonOf } from '../base/errors.ts';
import type { Parsed, Problem } from '../base/problem.ts';

/** A file of rules, lists or monitors: handed out as text with its name, never parsed here. */
export interface ContentFile {
  /** As the user would name it: what problems show. */
  readonly path: string;
  /** The base name: rule files load in its order. */
  readonly name: string;
  readonly text: string;
}

/** `content/` of the package: beside `src` when run from source, beside `dist` when built. */
export const shippedContent = resolve(fileURLToPath(new URL('../../content', import.meta.url)));

/**
 * All files with one of the endings under the paths (files, or folders read whole), in name order.
 * A path that is missing or unreadable is a problem; the others are read all the same.
 */
export function readContent(paths: readonly string[], endings: readonly string[]): Parsed<readonly ContentFile[]> {
  const files: ContentFile[] = [];
  const problems: Problem[] = [];
  for (const path of paths) collect(path, endings, files, problems, true);
  return { value: files, problems };
}

function collect(
  path: string,
  endings: readonly string[],
  files: ContentFile[],
  problems: Problem[],
  named: boolean,
): void {
  try {
    if (statSync(path).isDirectory()) {
      for (const entry of readdirSync(path).sort()) collect(join(path, entry), endings, files, problems, false);
    } else if (named || endings.some((ending) => path.endsWith(ending))) {
      files.push({ path, name: basename(path), text: readFileSync(path, 'utf8') });
    }
  } catch (error) {
    problems.push({ place: path, message: `cannot be read: ${reasonOf(error)}` });
  }
}
