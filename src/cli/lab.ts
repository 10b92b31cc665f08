import { systemClock } from '../base/clock.ts';
import { describeProblem, printable } from '../base/problem.ts';
import type { Attack } from '../lab/attack.ts';
import { administrator, analyst, type LabUser, stranger } from '../lab/caller.ts';
import { quick, realistic } from '../lab/cloudtrail/delivery.ts';
import { type Lab, openLab } from '../lab/lab.ts';
import { playSteps } from '../lab/play.ts';
import type { RegisterCommand, Terminal } from './command.ts';
import { jsonLine } from './json-line.ts';
import { attackNamed, labAttacks, labTemplates, trailStack, trailTemplate } from './lab-content.ts';
import { playRounds, type Round } from './lab-rounds.ts';
import { aborted, noteLog } from './note-log.ts';
import { collect, port } from './settings.ts';

interface LabFlags {
  readonly port?: number;
  readonly host?: string;
  readonly allowNetwork?: boolean;
  readonly data: string;
  readonly realistic?: boolean;
  readonly trail: boolean;
  readonly json?: boolean;
}

/** `trailhound lab`: a small AWS to attack; `lab attacks`, `lab attack ID`. */
export const labCommand: RegisterCommand = (program, terminal, exit) => {
  const lab = program
    .command('lab')
    .description('a small AWS on this machine, made to be attacked: for aws, boto3, SDKs and curl')
    .option('--port <port>', 'port to listen on (default: 9410, or a free one)', port)
    .option('--host <host>', 'another address than 127.0.0.1; needs --allow-network too')
    .option('--allow-network', 'really listen where others can reach it: everybody who does is its administrator')
    .option('--data <dir>', 'folder of the lab', './trailhound-lab/lab')
    .option('--realistic', 'deliver after 5 minutes and digest every hour, as AWS does (default: 2 s, 60 s)')
    .option('--no-trail', 'start without data lake and trail: deploy content/lab/trail.yaml yourself')
    .option('--json', 'print JSON')
    .action(async (flags: LabFlags) => exit(await runLab(flags, terminal)));
  lab
    .command('attacks')
    .description('list the attacks: what they do, what must fire, what is much like them and nothing bad')
    .option('--attacks <path>', 'further attacks, as YAML (repeatable)', collect)
    .action((flags: { attacks?: readonly string[] }) => {
      const { value, problems } = labAttacks(flags.attacks);
      for (const problem of problems) terminal.note(`error: ${describeProblem(problem)}`);
      const json = lab.opts<LabFlags>().json === true;
      for (const attack of value) terminal.print(json ? jsonLine(attack) : printableLines(describeAttack(attack)));
      if (problems.length > 0) exit(1);
    });
  lab
    .command('attack [id]')
    .description('play an attack and its twin in a lab of their own, and compare the alerts with what must fire')
    .option('--all', 'every attack')
    .option('--attacks <path>', 'further attacks, as YAML (repeatable)', collect)
    .option('--monitors <path>', 'monitors beside the shipped ones (repeatable)', collect)
    .option('--endpoint-url <url>', 'attack a lab that runs already; what fires is then for you to see')
    .option('--revert', 'with --endpoint-url: remove afterwards what the attack made')
    .action(async (id: string | undefined, flags: AttackFlags) => {
      exit(await attack(id, { ...flags, json: lab.opts<LabFlags>().json === true }, terminal));
    });
};

async function runLab(flags: LabFlags, terminal: Terminal): Promise<number> {
  const loopback = flags.host === undefined || flags.host === '127.0.0.1';
  if (!loopback && !flags.allowNetwork) {
    terminal.note(
      `error: the lab listens on 127.0.0.1 only: everybody who reaches it is its administrator. If ${printable(flags.host ?? '')} is really meant, say --allow-network too.`,
    );
    return 2;
  }
  const lab = await openLab({
    dir: flags.data,
    clock: systemClock,
    log: noteLog(terminal),
    pace: flags.realistic ? realistic : quick,
    ...(flags.port === undefined ? {} : { port: flags.port }),
    ...(flags.host === undefined ? {} : { host: flags.host }),
  });
  try {
    if (flags.trail) await lab.deploy(trailStack, trailTemplate());
    terminal.print(
      flags.json
        ? jsonLine({
            url: lab.url,
            dataLake: lab.dataLake,
            bucket: lab.dataLakeBucket,
            account: '000000000000',
            pid: process.pid,
          })
        : `The lab is ready: ${lab.url}`,
    );
    for (const line of banner(lab, flags)) terminal.note(line);
    await aborted(terminal.signal);
  } finally {
    await lab.close();
  }
  terminal.note('Stopped.');
  return 0;
}

function banner(lab: Lab, flags: LabFlags): readonly string[] {
  const user = ({ accessKeyId, secretAccessKey, name }: LabUser): string =>
    `    ${name.padEnd(12)} AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey}`;
  return [
    '',
    '  THE LAB: a small AWS on this machine, made to be attacked. Nothing here is real; account 000000000000.',
    '  Its keys open nothing but the lab. Never put anything real into it. All but the data lake is gone when it stops.',
    '',
    `    export AWS_ENDPOINT_URL=${lab.url} AWS_DEFAULT_REGION=us-east-1`,
    ...[administrator, analyst, stranger].map(user),
    '',
    flags.trail
      ? `  The trail projectx-trail writes to s3://${lab.dataLakeBucket} ${flags.realistic ? 'after 5 minutes' : 'within seconds'}, kept in ${printable(lab.dataLake)}`
      : '  There is no trail yet: aws cloudformation deploy --template-file content/lab/trail.yaml --stack-name projectx-trail --capabilities CAPABILITY_IAM',
    `  Watch it:  bin/trailhound serve --source s3://${lab.dataLakeBucket} --endpoint-url ${lab.url}`,
    '',
  ];
}

interface AttackFlags {
  readonly all?: boolean;
  readonly attacks?: readonly string[];
  readonly monitors?: readonly string[];
  readonly endpointUrl?: string;
  readonly revert?: boolean;
  readonly json?: boolean;
}

async function attack(id: string | undefined, flags: AttackFlags, terminal: Terminal): Promise<number> {
  const known = labAttacks(flags.attacks);
  if ((id === undefined) === (flags.all !== true)) {
    terminal.note('error: name one attack, or say --all (see: trailhound lab attacks)');
    return 2;
  }
  const chosen = id === undefined ? known.value : [attackNamed(known, id)];
  if (flags.endpointUrl !== undefined) return attackRunning(chosen, flags.endpointUrl, flags, terminal);
  const tell = (round: Round): void => terminal.print(flags.json ? jsonLine(round) : printable(describeRound(round)));
  const rounds = await playRounds(chosen, flags.monitors ?? [], tell, terminal.signal);
  const wrong = rounds.filter(
    (round) => round.error !== undefined || round.missing.length + round.unexpected.length > 0,
  );
  if (!flags.json) {
    terminal.note(`${rounds.length} rounds, ${rounds.length - wrong.length} as expected, ${wrong.length} not.`);
  }
  for (const problem of known.problems) terminal.note(`error: ${describeProblem(problem)}`);
  return wrong.length > 0 || known.problems.length > 0 ? 1 : 0;
}

async function attackRunning(
  attacks: readonly Attack[],
  url: string,
  flags: AttackFlags,
  terminal: Terminal,
): Promise<number> {
  const target = { url: url.replace(/\/$/, ''), templates: labTemplates(), clock: systemClock };
  for (const { id, title, warmUp, detonate, revert, fires } of attacks) {
    const made = await playSteps(target, detonate, await playSteps(target, warmUp));
    if (flags.revert) await playSteps(target, revert, made);
    terminal.print(
      flags.json
        ? jsonLine({ id, made, fires })
        : printable(`${id}: ${title}. Must fire: ${fires.join(', ') || 'nothing'}`),
    );
  }
  return 0;
}

function describeAttack({ id, technique, title, fires, note, twin }: Attack): readonly string[] {
  return [
    `${id}  (${technique})  ${title}`,
    `    must fire: ${fires.join('; ') || 'nothing'}${note ? `  [${note}]` : ''}`,
    ...(twin
      ? [
          `    twin: ${twin.title}${twin.fires.length > 0 ? `  (fires: ${twin.fires.join('; ')}. ${twin.note ?? ''})` : '  (all silent)'}`,
        ]
      : []),
  ];
}

function printableLines(lines: readonly string[]): string {
  return lines.map(printable).join('\n');
}

function describeRound(round: Round): string {
  const right = round.error === undefined && round.missing.length + round.unexpected.length === 0;
  const parts = [
    round.error === undefined ? undefined : `could not be played: ${round.error}`,
    round.missing.length > 0 ? `did not fire: ${round.missing.join('; ')}` : undefined,
    round.unexpected.length > 0 ? `fired unexpectedly: ${round.unexpected.join('; ')}` : undefined,
    right
      ? `${round.events} events, ${round.fired.length > 0 ? `fired: ${round.fired.join('; ')}` : 'all silent'}`
      : undefined,
  ];
  return `${right ? 'ok  ' : 'FAIL'} ${round.id} ${round.kind === 'twin' ? '(twin) ' : ''}${parts.filter((part) => part !== undefined).join('. ')}`;
}
