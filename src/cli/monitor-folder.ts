import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { parseDocument, stringify } from 'yaml';
import { asFile } from '../alerting/as-code/canonical-monitor.ts';
import { fileId } from '../alerting/install.ts';
import { looksLikeMonitor, readMonitorFile } from '../alerting/monitor-file.ts';
import { asText, at, type Document, isDocument, own } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { readContent } from '../config/content.ts';

/** Monitors in files, and which file is which monitor of a server. */

export interface LocalMonitor {
  readonly path: string;
  readonly text: string;
  readonly json: Document;
  /** The id that pull or push wrote into it (`ui_metadata.trailhound.id`). */
  readonly id: string | undefined;
}

export interface RemoteMonitor {
  readonly id: string;
  readonly seqNo: number;
  readonly primaryTerm: number;
  readonly monitor: Document;
}

export interface Paired {
  readonly pairs: readonly { readonly local: LocalMonitor; readonly remote: RemoteMonitor }[];
  readonly localOnly: readonly LocalMonitor[];
  readonly remoteOnly: readonly RemoteMonitor[];
}

const endings = ['.json', '.yaml', '.yml'];

/** Reads files and folders; other JSON and YAML that lies there is left alone. Throws for a named file that is no monitor. */
export function readLocal(paths: readonly string[]): readonly LocalMonitor[] {
  const { value, problems } = readContent(paths, endings);
  const [problem] = problems;
  if (problem) throw new TrailhoundError('bad-request', `${problem.place}: ${problem.message}`);
  return value.flatMap(({ path, text }) => {
    const { json, broken } = readMonitorFile(text);
    if (broken) throw new TrailhoundError('bad-request', `${path}:${broken.line}: ${broken.message}`);
    if (!isDocument(json) || !looksLikeMonitor(json)) {
      if (!paths.includes(path)) return [];
      throw new TrailhoundError('bad-request', `${path}: is no monitor (it has no monitor_type, inputs or triggers)`);
    }
    const id = at(json, 'ui_metadata.trailhound.id');
    return [{ path, text, json, id: typeof id === 'string' ? id : undefined }];
  });
}

/**
 * Which file is which monitor: the id in the file; else the id that `serve --monitors` makes of the file's name; else the name of
 * the monitor, where only one on each side has it. Throws when two files are the same monitor.
 */
export function pair(locals: readonly LocalMonitor[], remotes: readonly RemoteMonitor[]): Paired {
  const taken = new Map<string, LocalMonitor>();
  const claim = (local: LocalMonitor, remote: RemoteMonitor | undefined): boolean => {
    if (!remote) return false;
    const other = taken.get(remote.id);
    if (other) {
      throw new TrailhoundError(
        'bad-request',
        `${other.path} and ${local.path} are both monitor ${remote.id}: delete one`,
      );
    }
    taken.set(remote.id, local);
    return true;
  };
  const byId = (id: string | undefined): RemoteMonitor | undefined => remotes.find((remote) => remote.id === id);
  const named = locals.filter((local) => !claim(local, byId(local.id) ?? byId(fileId(basename(local.path)))));
  const localOnly = named.filter((local) => {
    const name = own(local.json, 'name');
    const same = remotes.filter((remote) => own(remote.monitor, 'name') === name && !taken.has(remote.id));
    const alone = same.length === 1 && named.filter((other) => own(other.json, 'name') === name).length === 1;
    return !(alone && claim(local, same[0]));
  });
  return {
    pairs: remotes.flatMap((remote) => {
      const local = taken.get(remote.id);
      return local ? [{ local, remote }] : [];
    }),
    localOnly,
    remoteOnly: remotes.filter(({ id }) => !taken.has(id)),
  };
}

/** Writes a monitor as a server has it, with its id: to its own file, or to a new one named after it. Answers the path. */
export function writePulled(
  remote: RemoteMonitor,
  local: LocalMonitor | undefined,
  folder: string,
  ending: string,
  used: Set<string>,
): string {
  const path = local?.path ?? freshPath(remote, folder, ending, used);
  used.add(path);
  const json = asFile(remote.monitor, remote.id);
  write(path, extname(path) === '.json' ? `${JSON.stringify(json, null, 2)}\n` : stringify(json, { lineWidth: 0 }));
  return path;
}

/** Writes a new monitor's id into its file; comments of a YAML file stay. */
export function writeId({ path, text, json }: LocalMonitor, id: string): void {
  if (extname(path) !== '.json') {
    const document = parseDocument(text);
    document.setIn(['ui_metadata', 'trailhound', 'id'], id);
    write(path, document.toString({ lineWidth: 0 }));
    return;
  }
  const ui = own(json, 'ui_metadata');
  const trailhound = own(ui, 'trailhound');
  const marked = { ...(isDocument(ui) ? ui : {}), trailhound: { ...(isDocument(trailhound) ? trailhound : {}), id } };
  write(path, `${JSON.stringify({ ...json, ui_metadata: marked }, null, 2)}\n`);
}

function freshPath({ id, monitor }: RemoteMonitor, folder: string, ending: string, used: ReadonlySet<string>): string {
  const installed = at(monitor, 'ui_metadata.trailhound.file.name');
  const wanted =
    typeof installed === 'string' ? installed.replace(/\.(?:json|ya?ml)$/, '') : asText(own(monitor, 'name') ?? '');
  const slug = wanted
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 80);
  const stem = join(folder, slug === '' ? id.replace(/[^\w-]/g, '') : slug);
  for (let number = 1; ; number++) {
    const path = `${stem}${number === 1 ? '' : `-${number}`}${ending}`;
    if (!used.has(path) && !existsSync(path)) return path;
  }
}

/** Beside it and then in its place: a stop in the middle leaves the old file. */
function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  const mode = existsSync(path) ? statSync(path).mode : 0o644;
  writeFileSync(`${path}.new`, text, { mode });
  renameSync(`${path}.new`, path);
}
