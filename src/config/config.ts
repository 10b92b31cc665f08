import { z } from 'zod';
import type { Parsed, Problem } from '../base/problem.ts';
import { parseAge, parseSize } from './amount.ts';

/** Everything the program can be told. One typed value, made once from a file and the flags of the command line. */
export type Config = z.infer<typeof schema>;

/** Keys as in a configuration file (YAML or JSON); each flag of the command line has the key of its name. */
const schema = z.strictObject({
  /** Folder of everything the program keeps: documents, monitors, alerts, checkpoints. */
  data: z.string().min(1).default('./trailhound-data'),
  /** An OpenSearch cluster that keeps the documents instead of the data folder: https://user@host:9200. */
  engine: z.string().min(1).optional(),
  /** PEM file of the authority that signed the cluster's certificate. */
  engineCa: z.string().min(1).optional(),
  /** Port of the HTTP server. When it is taken the next free one is used, unless the user named it. */
  port: z.int().min(0).max(65535).default(9400),
  host: z.string().default('127.0.0.1'),
  /** Where CloudTrail files come from: a folder, s3://bucket/prefix, sqs://queue, or - for standard input. */
  sources: z.array(z.string().min(1)).default([]),
  /** Start the built-in lab and play its attacks. */
  lab: z.boolean().default(false),
  /** Wazuh rule files or folders, beside the shipped ones; they win a clash of ids. */
  rules: z.array(z.string().min(1)).default([]),
  shippedRules: z.boolean().default(true),
  /** Monitor files or folders (JSON as OpenSearch takes it), beside the shipped ones. */
  monitors: z.array(z.string().min(1)).default([]),
  shippedMonitors: z.boolean().default(true),
  /** Rules exactly as Wazuh evaluates them: no name resolution, no floor rule, no filled fields. */
  wazuhStrict: z.boolean().default(false),
  /** What frequencies and times of rules go by: the event's time, or (as Wazuh) the time of receipt. */
  ruleTime: z.enum(['event', 'receipt']).default('event'),
  /** Drop list: event names that are never stored (counted and shown). */
  drop: z.array(z.string().min(1)).default([]),
  /** Channels themselves are made over the API; this is what a host's administrator says of them. */
  notifications: z
    .strictObject({
      /** Hosts, addresses and CIDR ranges that get no messages (`opensearch.notifications.core.http.host_deny_list`). */
      hostDenyList: z.array(z.string().min(1)).default([]),
      /** When it has entries, only these hosts get messages. */
      hostAllowList: z.array(z.string().min(1)).default([]),
      /** Types that may be made and sent to (`opensearch.notifications.core.allowed_config_types`); all without it. */
      allowedConfigTypes: z.array(z.string().min(1)).optional(),
      /** Name of an smtp_account → its login. The password stands in a file of its own. */
      smtp: z
        .record(
          z.string(),
          z.strictObject({
            username: z.string().min(1).optional(),
            passwordFile: z.string().min(1).optional(),
            caFile: z.string().min(1).optional(),
          }),
        )
        .default({}),
    })
    .prefault({}),
  /** Id of a notification channel that gets the messages of the hardened monitors; without it they only raise alerts. */
  channel: z.string().min(1).optional(),
  /** What is public on purpose: one bucket, api or function each, who answers for it, and until when. */
  expected: z
    .array(
      z
        .strictObject({
          bucket: z.string().min(1).optional(),
          api: z.string().min(1).optional(),
          function: z.string().min(1).optional(),
          author: z.string().min(1),
          /** A day or time; from then on it is no longer expected. */
          expires: z.string().refine((text) => !Number.isNaN(Date.parse(text)), 'is no date: write it as 2027-01-31'),
          why: z.string().optional(),
          /** A public bucket is meant to be read: writing needs to be said. */
          writes: z.boolean().optional(),
        })
        .refine(
          ({ bucket, api, function: name }) => [bucket, api, name].filter((one) => one !== undefined).length === 1,
          'name exactly one of bucket, api and function',
        ),
    )
    .default([]),
  /**
   * How long documents are kept, and how much of them; without an entry for their index they stay for ever. Ages count from
   * their arrival, sizes are those of `_cat/indices`.
   */
  retention: z
    .array(
      z
        .strictObject({
          index: z.string().min(1),
          maxAge: z
            .string()
            .refine((text) => parseAge(text) !== undefined, 'is no age: write it as 90d, 12h or 30m')
            .optional(),
          maxSize: z
            .string()
            .refine((text) => parseSize(text) !== undefined, 'is no size: write it as 50gb or 500mb')
            .optional(),
        })
        .refine(({ maxAge, maxSize }) => maxAge !== undefined || maxSize !== undefined, 'give maxAge, maxSize or both'),
    )
    .default([]),
  aws: z
    .strictObject({
      /** Another endpoint for S3 and SQS, such as a test server. */
      endpointUrl: z.string().optional(),
      region: z.string().optional(),
    })
    .default({}),
});

/** What a file or the command line says, before defaults. */
export type ConfigInput = z.input<typeof schema>;

/**
 * Joins layers (later ones win, lists are added), checks them and fills in defaults.
 * Problems name the key's path; the value is then made of the parts that are right.
 */
export function parseConfig(layers: readonly { readonly place: string; readonly values: unknown }[]): Parsed<Config> {
  const problems: Problem[] = [];
  const joined: Record<string, unknown> = {};
  for (const { place, values } of layers) {
    const checked = schema.partial().safeParse(values ?? {});
    if (!checked.success) {
      for (const issue of checked.error.issues) {
        problems.push({ place, path: issue.path.join('.') || '(top)', message: issue.message });
      }
      continue;
    }
    for (const [key, value] of Object.entries(values ?? {})) {
      const before = joined[key];
      joined[key] = Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value;
    }
  }
  return { value: schema.parse(joined), problems };
}
