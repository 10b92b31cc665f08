import { isDocument, own } from '../../base/document.ts';
import { innerTrigger } from './canonical-monitor.ts';

/** One place at which a file and a server differ; undefined on the side that has nothing there. */
export interface Difference {
  /** JSON path; triggers and actions by their names: `triggers[any].actions[mail].destination_id`. */
  readonly path: string;
  readonly file: unknown;
  readonly server: unknown;
}

/** Where two canonical monitors differ, as deep down as they are alike in shape. */
export function differences(file: unknown, server: unknown, path = ''): readonly Difference[] {
  if (JSON.stringify(file) === JSON.stringify(server)) return [];
  if (isDocument(file) && isDocument(server)) {
    const keys = [...new Set([...Object.keys(file), ...Object.keys(server)])];
    return keys.flatMap((key) => differences(own(file, key), own(server, key), path === '' ? key : `${path}.${key}`));
  }
  if (Array.isArray(file) && Array.isArray(server)) {
    const all = [...file, ...server];
    if (all.length > 0 && all.every((item) => nameOf(item) !== undefined)) return byName(file, server, path);
    if (file.length === server.length) {
      return file.flatMap((item, at) => differences(item, server[at], `${path}[${at}]`));
    }
  }
  return [{ path, file, server }];
}

function byName(file: readonly unknown[], server: readonly unknown[], path: string): readonly Difference[] {
  const names = [...new Set([...file, ...server].map(nameOf))];
  return names.flatMap((name) => {
    const [mine, theirs] = [file, server].map((side) => side.filter((item) => nameOf(item) === name));
    return differences(one(mine), one(theirs), `${path}[${name}]`);
  });
}

function one(items: readonly unknown[] | undefined): unknown {
  return items && items.length > 1 ? items : items?.[0];
}

function nameOf(item: unknown): string | undefined {
  const name = own(innerTrigger(item).inner, 'name');
  return typeof name === 'string' ? name : undefined;
}
