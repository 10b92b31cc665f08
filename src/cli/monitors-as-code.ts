import type { Command } from 'commander';
import { asSent, comparable, withServerIds } from '../alerting/as-code/canonical-monitor.ts';
import { checkMonitorFile } from '../alerting/as-code/check.ts';
import { type Difference, differences } from '../alerting/as-code/difference.ts';
import { looksLikeMonitor, readMonitorFile } from '../alerting/monitor-file.ts';
import { asText, at, type Document, isDocument, own } from '../base/document.ts';
import { reasonOf } from '../base/errors.ts';
import { describeProblem, type Parsed, printable } from '../base/problem.ts';
import { type ContentFile, readContent } from '../config/content.ts';
import { type Client, type Where, withClient } from './client.ts';
import type { Terminal } from './command.ts';
import { jsonLine } from './json-line.ts';
import { type LocalMonitor, pair, type RemoteMonitor, readLocal, writeId, writePulled } from './monitor-folder.ts';

/** `monitors pull|diff|push|validate`: monitors as files, compared with and sent to a server, ours or OpenSearch. */

type Flags = Where & { readonly json?: boolean };

export function addAsCode(monitors: Command, terminal: Terminal, exit: (code: number) => void): void {
  const given = <T extends Flags>(flags: T): T => ({ ...monitors.opts<T>(), ...flags });
  const where = (command: Command): Command =>
    command
      .option('--url <url>', 'the server: Trailhound or OpenSearch (default: http://127.0.0.1:9400)')
      .option('--data <dir>', 'a data folder that no server holds')
      .option('--json', 'print one JSON value a line');
  where(
    monitors
      .command('pull [dir]')
      .description('write the monitors of a server to files; files that mean the same stay as they are')
      .option('--format <format>', 'json or yaml, for new files', 'json'),
  ).action(async (dir: string | undefined, flags: Flags & { format: string }) => {
    if (!['json', 'yaml'].includes(flags.format))
      return exit(wrongUse(terminal, `--format ${flags.format}: json or yaml`));
    return pull(dir ?? 'monitors', given(flags), terminal);
  });
  where(
    monitors
      .command('diff [path...]')
      .description('compare files with a server; exit code 0: the same, 1: they differ, 2: it could not be told'),
  ).action(async (paths: string[], flags: Flags) => exit(await diff(orDefault(paths), given(flags), terminal)));
  where(
    monitors
      .command('push [path...]')
      .description('make a server have what files say; nothing is deleted there')
      .option('--dry-run', 'tell what would be done, and do nothing'),
  ).action(async (paths: string[], flags: Flags & { dryRun?: boolean }) =>
    exit(await push(orDefault(paths), given(flags), terminal)),
  );
  monitors
    .command('validate [path...]')
    .description('tell what keeps monitor files from working, with line and column; asks no server')
    .option('--json', 'print one fault a line')
    .action((paths: string[], flags: Flags) => exit(validate(orDefault(paths), given(flags), terminal)));
}

function orDefault(paths: readonly string[]): readonly string[] {
  return paths.length > 0 ? paths : ['monitors'];
}

function wrongUse(terminal: Terminal, message: string): number {
  terminal.note(`error: ${printable(message)}`);
  return 2;
}

async function pull(dir: string, flags: Flags & { readonly format: string }, terminal: Terminal): Promise<void> {
  await withClient(flags, async (client) => {
    const locals = readLocal(readContent([dir], ['.json']).problems.length > 0 ? [] : [dir]);
    const { pairs, remoteOnly } = pair(locals, await remotes(client));
    const used = new Set(locals.map(({ path }) => path));
    const tell = (file: string, id: string, action: string): void =>
      terminal.print(flags.json ? jsonLine({ file, id, action }) : printable(`${action}  ${file}  ${id}`));
    for (const { local, remote } of pairs) {
      const same = local.id === remote.id && differ(local, remote).length === 0;
      if (!same) writePulled(remote, local, dir, '', used);
      tell(local.path, remote.id, same ? 'unchanged' : 'updated');
    }
    for (const remote of remoteOnly) {
      tell(writePulled(remote, undefined, dir, `.${flags.format}`, used), remote.id, 'created');
    }
  });
}

async function diff(paths: readonly string[], flags: Flags, terminal: Terminal): Promise<number> {
  let differing = 0;
  const tell = (file: string | null, id: string | null, found: readonly Difference[] | string): void => {
    differing++;
    if (flags.json) {
      terminal.print(jsonLine({ file, id, ...(typeof found === 'string' ? { only: found } : { differences: found }) }));
      return;
    }
    terminal.print(
      printable(`${file ?? '-'}  ${id ?? '-'}  ${typeof found === 'string' ? `only ${found}` : 'differs'}`),
    );
    for (const { path, file: mine, server } of typeof found === 'string' ? [] : found) {
      terminal.print(printable(`  ${path}`));
      terminal.print(printable(`    file:   ${shown(mine)}`));
      terminal.print(printable(`    server: ${shown(server)}`));
    }
  };
  try {
    const locals = readLocal(paths);
    await withClient(flags, async (client) => {
      const { pairs, localOnly, remoteOnly } = pair(locals, await remotes(client));
      for (const { local, remote } of pairs) {
        const found = differ(local, remote);
        if (found.length > 0) tell(local.path, remote.id, found);
      }
      for (const local of localOnly) tell(local.path, null, 'in the file');
      // Who names single files asks about these; who names a folder asks whether it is what the server has.
      const whole = !paths.every((path) => locals.some((local) => local.path === path));
      for (const remote of whole ? remoteOnly : []) tell(null, remote.id, 'on the server');
    });
  } catch (error) {
    return wrongUse(terminal, reasonOf(error));
  }
  terminal.note(
    differing === 0 ? 'no difference' : `${differing} ${differing === 1 ? 'monitor differs' : 'monitors differ'}`,
  );
  return differing === 0 ? 0 : 1;
}

async function push(
  paths: readonly string[],
  flags: Flags & { readonly dryRun?: boolean },
  terminal: Terminal,
): Promise<number> {
  const locals = readLocal(paths);
  const faulty = faultsOf(paths).map((fault) => fault.place);
  let failed = 0;
  await withClient(flags, async (client) => {
    const { pairs, localOnly } = pair(locals, await remotes(client));
    const jobs: readonly { local: LocalMonitor; remote: RemoteMonitor | undefined }[] = [
      ...pairs,
      ...localOnly.map((local) => ({ local, remote: undefined })),
    ];
    for (const { local, remote } of jobs) {
      try {
        if (faulty.includes(local.path)) throw new Error('it cannot work as it is: see "monitors validate"');
        const { action, id } = await send(local, remote, client, flags.dryRun === true);
        terminal.print(
          flags.json ? jsonLine({ file: local.path, id, action }) : printable(`${action}  ${local.path}  ${id ?? '-'}`),
        );
      } catch (error) {
        failed++;
        terminal.note(`error: ${printable(`${local.path}: ${reasonOf(error)}`)}`);
      }
    }
  });
  return failed > 0 ? 1 : 0;
}

/** Creates or updates one monitor; a change that somebody else made meanwhile is not overwritten (409). */
async function send(
  local: LocalMonitor,
  remote: RemoteMonitor | undefined,
  client: Client,
  dryRun: boolean,
): Promise<{ readonly action: string; readonly id: string | null }> {
  const prefix = '/_plugins/_alerting/monitors';
  if (!remote) {
    if (dryRun) return { action: 'would create', id: null };
    const id = asText(at(await client('POST', prefix, asSent(local.json)), '_id'));
    writeId(local, id);
    return { action: 'created', id };
  }
  const { id, seqNo, primaryTerm } = remote;
  if (differ(local, remote).length === 0) return { action: 'unchanged', id };
  if (dryRun) return { action: 'would update', id };
  const body = merged(withServerIds(asSent(local.json), remote.monitor), remote.monitor);
  await client('PUT', `${prefix}/${encodeURIComponent(id)}?if_seq_no=${seqNo}&if_primary_term=${primaryTerm}`, body);
  if (local.id !== id) writeId(local, id);
  return { action: 'updated', id };
}

/** What the file leaves out stays as the server has it. */
function merged(file: Document, server: Document): Document {
  const ui = own(file, 'ui_metadata') ?? own(server, 'ui_metadata');
  const enabled = own(file, 'enabled') ?? own(server, 'enabled');
  return { ...file, ...(enabled === undefined ? {} : { enabled }), ...(ui === undefined ? {} : { ui_metadata: ui }) };
}

function validate(paths: readonly string[], flags: Flags, terminal: Terminal): number {
  const { value, problems } = monitorFiles(paths);
  for (const problem of problems) terminal.note(`error: ${describeProblem(problem)}`);
  const faults = faultsOf(paths);
  for (const fault of faults) {
    const { place, line, column, path, message } = fault;
    const where = `${place}:${line}:${column}${path === undefined ? '' : ` ${path}`}`;
    terminal.print(
      flags.json
        ? jsonLine({ file: place, line, column, path: path ?? null, message })
        : printable(`${where}: ${message}`),
    );
  }
  terminal.note(
    `${faults.length} ${faults.length === 1 ? 'fault' : 'faults'} in ${value.length} ${value.length === 1 ? 'file' : 'files'}`,
  );
  return faults.length + problems.length > 0 ? 1 : 0;
}

/** Cases and other YAML lie in the same folders: what is no monitor there is left alone, unless it is named. */
function monitorFiles(paths: readonly string[]): Parsed<readonly ContentFile[]> {
  const { value, problems } = readContent(paths, ['.json', '.yaml', '.yml']);
  const files = value.filter(({ path, text }) => {
    if (path.endsWith('.json') || paths.includes(path)) return true;
    const { json, broken } = readMonitorFile(text);
    return broken !== undefined || looksLikeMonitor(json);
  });
  return { value: files, problems };
}

function faultsOf(paths: readonly string[]): ReturnType<typeof checkMonitorFile> {
  return monitorFiles(paths).value.flatMap((file) => checkMonitorFile(file));
}

async function remotes(client: Client): Promise<readonly RemoteMonitor[]> {
  const body = { size: 10_000, query: { match_all: {} } };
  const hits = at(await client('POST', '/_plugins/_alerting/monitors/_search', body), 'hits.hits');
  const found = (Array.isArray(hits) ? hits : []).flatMap((hit): RemoteMonitor[] => {
    const monitor = own(hit, '_source');
    if (!isDocument(monitor) || own(monitor, 'type') === 'workflow') return [];
    return [
      {
        id: asText(own(hit, '_id')),
        seqNo: Number(own(hit, '_seq_no')),
        primaryTerm: Number(own(hit, '_primary_term')),
        monitor,
      },
    ];
  });
  return [...found].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function key({ monitor, id }: RemoteMonitor): string {
  return JSON.stringify([own(monitor, 'name') ?? '', id]);
}

function differ(local: LocalMonitor, remote: RemoteMonitor): readonly Difference[] {
  const both = comparable(asSent(local.json), remote.monitor);
  return differences(both.file, both.server);
}

function shown(value: unknown): string {
  const text = value === undefined ? '(nothing)' : JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
