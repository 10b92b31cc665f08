import { dirname, join } from 'node:path';
import type { App } from '../app.ts';
import { systemClock } from '../base/clock.ts';
import { reasonOf } from '../base/errors.ts';
import { printable } from '../base/problem.ts';
import type { Config } from '../config/config.ts';
import { type Lab, openLab } from '../lab/lab.ts';
import { playUntilReverted } from '../lab/play.ts';
import type { RegisterCommand, Terminal } from './command.ts';
import { jsonLine } from './json-line.ts';
import { attackNamed, labAttacks, labTemplates, trailStack, trailTemplate } from './lab-content.ts';
import { aborted, noteLog } from './note-log.ts';
import { everySecond } from './progress-line.ts';
import { type Serving, serveByFolders } from './serve-by-folders.ts';
import { addContentFlags, addDataFlags, collect, effectiveConfig, port, type SettingFlags } from './settings.ts';

/** `trailhound serve`: sources, monitors, console and API until Ctrl-C. */
export const serveCommand: RegisterCommand = (program, terminal, exit) => {
  const command = program
    .command('serve')
    .description('watch sources, run the monitors, serve the console and the OpenSearch-compatible API')
    .option('--port <port>', 'port of the HTTP server (default: 9400, or the next free one)', port)
    .option('--host <host>', 'address to listen on; loopback only (default: 127.0.0.1)')
    .option(
      '--source <uri>',
      'where CloudTrail files come from: a folder, s3://bucket/prefix, sqs://queue, or - (repeatable)',
      collect,
    )
    .option('--lab', 'start the built-in lab and play its attacks')
    .option('--json', 'print the ready line as JSON');
  addContentFlags(addDataFlags(command)).action(async (flags: SettingFlags & { json?: boolean }) => {
    const config = effectiveConfig(flags, terminal);
    if (!config) return exit(2);
    const how = { portNamed: flags.port !== undefined, json: flags.json === true };
    exit(await serveByFolders(config, how, terminal, serve));
  });
};

/** The named port or, when none was named, the first free one from the default on. */
const portTriesMax = 50;

/** Answers the exit code when the terminal's signal aborts. */
async function serve(app: App, config: Config, how: Serving, terminal: Terminal): Promise<number> {
  const url = await app.server.listen({
    host: config.host,
    port: config.port,
    portTries: how.portNamed ? 1 : portTriesMax,
  });
  app.facts.url = url;
  how.ready();
  const moved = config.port !== 0 && !url.endsWith(`:${config.port}`);
  const lab = config.lab
    ? await openLab({ dir: join(config.data, 'lab'), clock: systemClock, log: noteLog(terminal) })
    : undefined;
  const sources = [...config.sources, ...(lab ? [lab.dataLake] : [])];
  const tell = how.again ? terminal.note : terminal.print;
  tell(
    how.json
      ? jsonLine({
          url,
          console: `${url}/app`,
          data: config.data,
          pid: process.pid,
          sources,
          lab: lab?.url ?? null,
        })
      : `Trailhound is ready: ${url}/app  (data in ${config.data}${moved ? `; port ${config.port} was taken` : ''})`,
  );
  for (const line of lab ? labBanner(lab) : sourceLines(sources)) terminal.note(line);

  const progress = everySecond(terminal, () => app.progress());
  const failures: string[] = [];
  const running = [
    app.run(terminal.signal),
    ...sources.map((uri) => watch(app, uri, terminal, failures)),
    ...(lab ? [attack(app, lab, terminal)] : []),
  ];
  await Promise.all(running);
  if (sources.length === 0 || !sources.includes('-') || failures.length === 0) await aborted(terminal.signal);
  progress.stop();
  await lab?.close();
  return failures.length > 0 ? 1 : 0;
}

/** A source that ends (standard input) or fails leaves the others and the server at work. */
async function watch(app: App, uri: string, terminal: Terminal, failures: string[]): Promise<void> {
  try {
    await app.ingest(uri, { once: false, signal: terminal.signal });
  } catch (error) {
    failures.push(uri);
    terminal.note(printable(`error: source ${uri} ended: ${reasonOf(error)}`));
  }
}

/** The guide's two tests. Nothing is removed afterwards, so that a person can repeat by hand what was played. */
const guideAttacks = ['leaky-bucket', 'insecure-api'];

/** Plays the attacks and tells the console where one can repeat them by hand. */
async function attack(app: App, lab: Lab, terminal: Terminal): Promise<void> {
  const { port } = new URL(lab.url);
  const show = (api: string, state: string): void => {
    app.facts.lab = { buckets: lab.url, api: `http://${api}.execute-api.localhost:${port}/prod`, state };
  };
  show('api-id', 'The attacks are being played.');
  try {
    const attacks = labAttacks();
    const target = { url: lab.url, templates: labTemplates(), clock: systemClock };
    await lab.deploy(trailStack, trailTemplate());
    let ApiId = 'api-id';
    for (const { title, technique, ...play } of guideAttacks.map((id) => attackNamed(attacks, id))) {
      terminal.note(printable(`${title} (${technique}) …`));
      ApiId = (await playUntilReverted(target, { title, ...play })).ApiId ?? ApiId;
    }
    show(ApiId, 'The attacks were played.');
    terminal.note('');
    terminal.note(`  Attack it yourself:  curl http://${ApiId}.execute-api.localhost:${port}/prod/users`);
    terminal.note(
      `                       aws s3 ls s3://delete-me-projectx-leaky-bucket --no-sign-request --endpoint-url ${lab.url}`,
    );
  } catch (error) {
    show('api-id', 'An attack failed: see the terminal.');
    terminal.note(printable(`error: the lab's attacks failed: ${reasonOf(error)}`));
  }
}

function labBanner(lab: Lab): readonly string[] {
  return [
    '',
    '  THE LAB: a small AWS on this machine, made to be attacked. Nothing here is real.',
    `  It plays the guide's two attacks over HTTP at ${lab.url}; their traces lie in ${lab.dataLake}.`,
    '  The alerts stand in the console within seconds.',
    '',
    '  Your own CloudTrail:   npm start -- --source s3://your-bucket/prefix',
    `                         npm start -- --source ./folder-like-s3   (such as ${dirname(lab.dataLake)})`,
    '  Ctrl-C stops; the next start goes on with the same data.',
    '',
  ];
}

function sourceLines(sources: readonly string[]): readonly string[] {
  if (sources.length > 0) return [`Watching ${sources.map(printable).join(', ')}`];
  return [
    'No source is given: serving what the data folder holds. Add --source FOLDER or --source s3://bucket/prefix, or --lab.',
  ];
}
