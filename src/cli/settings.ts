import { type Command, InvalidArgumentError } from 'commander';
import { describeProblem } from '../base/problem.ts';
import { type Config, parseConfig } from '../config/config.ts';
import { readConfigFile } from '../config/config-file.ts';
import type { Terminal } from './command.ts';

/** Flags that several commands share, as commander hands them over. */
export interface SettingFlags {
  readonly config?: string;
  readonly data?: string;
  readonly engine?: string;
  readonly engineCa?: string;
  readonly port?: number;
  readonly host?: string;
  readonly source?: readonly string[];
  readonly lab?: boolean;
  readonly rules?: readonly string[];
  readonly monitors?: readonly string[];
  readonly shippedRules?: boolean;
  readonly shippedMonitors?: boolean;
  readonly wazuhStrict?: boolean;
  readonly ruleTime?: string;
  readonly endpointUrl?: string;
  readonly region?: string;
}

/** `--rules`, `--monitors` and their switches. */
export function addContentFlags(command: Command): Command {
  return command
    .option(
      '--rules <path>',
      'Wazuh rule file or folder, beside the shipped rules; wins a clash of ids (repeatable)',
      collect,
    )
    .option(
      '--monitors <path>',
      'monitor file or folder, beside the shipped monitors; wins a clash of ids (repeatable)',
      collect,
    )
    .option('--no-shipped-rules', 'leave the shipped rules out')
    .option('--no-shipped-monitors', 'leave the shipped monitors out')
    .option(
      '--rule-time <event|receipt>',
      'what frequencies and times of rules go by: the time of the event (default), or of receipt as in Wazuh',
    )
    .option(
      '--wazuh-strict',
      'evaluate rules exactly as Wazuh does: no name resolution, no floor rule, nothing filled in',
    );
}

/** `--engine`, `--engine-ca`, `--config`, `--data`, `--endpoint-url`, `--region`. */
export function addDataFlags(command: Command): Command {
  return command
    .option('--data <dir>', 'folder of everything the program keeps (default: ./trailhound-data)')
    .option(
      '--engine <url>',
      'keep documents in an OpenSearch cluster: https://user@host:9200, more of its nodes after commas; the password from TRAILHOUND_ENGINE_PASSWORD',
    )
    .option('--engine-ca <file>', "PEM file of the authority that signed the cluster's certificate")
    .option('--config <file>', 'configuration file, YAML or JSON; flags win over it')
    .option('--endpoint-url <url>', 'another endpoint than AWS, for S3 and SQS')
    .option('--region <region>', 'AWS region of the bucket or queue');
}

/** For options that may be given several times. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

export function port(value: string): number {
  if (!/^\d{1,5}$/.test(value) || Number(value) > 65_535) throw new InvalidArgumentError('is no port (0 to 65535).');
  return Number(value);
}

/** The effective configuration: file, then flags. Problems are told; with one the answer is undefined (wrong use). */
export function effectiveConfig(flags: SettingFlags, terminal: Terminal): Config | undefined {
  const layers = [
    ...(flags.config === undefined ? [] : [{ place: flags.config, values: readConfigFile(flags.config) }]),
    { place: 'command line', values: flagValues(flags) },
  ];
  const { value, problems } = parseConfig(layers);
  for (const problem of problems) terminal.note(`error: ${describeProblem(problem)}`);
  return problems.length === 0 ? value : undefined;
}

function flagValues(flags: SettingFlags): Record<string, unknown> {
  const aws = {
    ...(flags.endpointUrl ? { endpointUrl: flags.endpointUrl } : {}),
    ...(flags.region ? { region: flags.region } : {}),
  };
  return defined({
    data: flags.data,
    engine: flags.engine,
    engineCa: flags.engineCa,
    port: flags.port,
    host: flags.host,
    sources: flags.source,
    lab: flags.lab,
    rules: flags.rules,
    monitors: flags.monitors,
    // Commander sets a --no-… option to true when it is absent: that must not win over the configuration file.
    shippedRules: flags.shippedRules === false ? false : undefined,
    shippedMonitors: flags.shippedMonitors === false ? false : undefined,
    wazuhStrict: flags.wazuhStrict,
    ruleTime: flags.ruleTime,
    aws: Object.keys(aws).length > 0 ? aws : undefined,
  });
}

function defined(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
