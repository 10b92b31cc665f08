import { TrailhoundError } from '../base/errors.ts';

/** Which queue is meant. */
export interface QueueAddress {
  readonly name: string;
  /** The account that owns it, where it was told. */
  readonly account: string | undefined;
  readonly region: string | undefined;
  /** Its URL, where that is how it was told. */
  readonly url: string | undefined;
}

export const queueForms = "sqs://QUEUE, or the queue's URL or ARN";

const nameForm = /^(?:[\w-]{1,80}|[\w-]{1,75}\.fifo)$/;
/** Hosts of queues: AWS's (plain, FIPS, dual-stack, China, VPC endpoints) name the region. */
const awsHost =
  /^(?:[\w-]+\.)?(?:sqs|sqs-fips)\.([a-z]{2}(?:-[a-z]+)+-\d)\.(?:vpce\.)?(?:amazonaws\.com(?:\.cn)?|api\.aws)$/i;

/**
 * Reads `sqs://QUEUE`, `https://sqs.REGION.amazonaws.com/ACCOUNT/QUEUE` (also of a stand-in: any host with such a path) or
 * `arn:aws:sqs:REGION:ACCOUNT:QUEUE`; undefined when it is no queue's address at all. Throws 'bad-request' for a wrong one.
 */
export function parseQueueAddress(uri: string): QueueAddress | undefined {
  const arn = /^arn:[a-z-]+:sqs:([a-z0-9-]+):(\d{12}):(.+)$/i.exec(uri);
  if (arn?.[3] !== undefined) return { name: checked(arn[3], uri), account: arn[2], region: arn[1], url: undefined };
  const short = /^sqs:\/\/(.*)$/is.exec(uri);
  if (short) return { name: checked(short[1] ?? '', uri), account: undefined, region: undefined, url: undefined };
  if (!/^https?:\/\//i.test(uri) || !URL.canParse(uri)) return undefined;
  const url = new URL(uri);
  const path = /^\/(\d{12})\/([^/]+)\/?$/.exec(url.pathname);
  if (!path?.[2]) return undefined;
  const name = checked(path[2], uri);
  if (url.username !== '' || url.search !== '' || url.hash !== '') throw wrong(uri);
  return { name, account: path[1], region: awsHost.exec(url.hostname)?.[1], url: `${url.origin}/${path[1]}/${name}` };
}

function checked(name: string, uri: string): string {
  if (!nameForm.test(name)) throw wrong(uri);
  return name;
}

function wrong(uri: string): TrailhoundError {
  return new TrailhoundError('bad-request', `"${uri}" names no queue: write ${queueForms}`);
}
