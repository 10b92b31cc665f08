import { type Document, isDocument, own, put, text } from '../base/document.ts';
import { emptyShape, type KeyShape } from '../base/key-shape.ts';
import { limits } from '../base/limits.ts';
import { parseObjectKey } from './object-key.ts';
import { pythonText } from './python-text.ts';
import type { TrailRecord } from './record.ts';

/** Where a record was delivered. `account` overrides the one that the key tells; `alias` is the operator's name for it. */
export interface EventOrigin {
  readonly bucket: string;
  readonly key: string;
  readonly account?: string;
  readonly alias?: string;
}

type Fields = { [field: string]: unknown };

/**
 * The event as Wazuh's CloudTrail wodle sends it to its rules, step by step as specs/wazuh.md §1.5 has it.
 * The account is that of the object's key, as there; where the key tells none, the record's recipientAccountId.
 * Parts that need no change are shared with the raw record, which is never changed.
 */
export function toEvent(record: Pick<TrailRecord, 'raw'>, origin: EventOrigin): Document {
  // Our own log_info first and the record's fields after it: a record with such a field replaces it, as in the wodle.
  const from = top;
  push('log_info', { aws_account_alias: origin.alias ?? '', log_file: origin.key, s3bucket: origin.bucket });
  pushReshaped(record.raw, 1);
  const aws = popObject(from);
  aws.source = 'cloudtrail';
  const account = origin.account ?? parseObjectKey(origin.key)?.account ?? text(own(record.raw, 'recipientAccountId'));
  if (account !== undefined) aws.aws_account_id = account;
  const address = own(aws, 'sourceIPAddress');
  if (typeof address === 'string' && ipv4Start.test(address)) aws.source_ip_address = address;
  const tags = own(aws, 'tags');
  if (tags !== undefined && !isDocument(tags)) aws.tags = { value: tags };
  for (const body of bodies) {
    const value = own(aws, body);
    if (value !== undefined && !isDocument(value)) aws[body] = { string: pythonText(value) };
  }
  const parameters = own(aws, 'requestParameters');
  const protection = own(parameters, 'disableApiTermination');
  if (isDocument(parameters) && typeof protection === 'boolean') {
    aws.requestParameters = { ...parameters, disableApiTermination: { value: protection } };
  }
  return { integration: 'aws', aws };
}

/** As the wodle has it: anchored at the start only, and the last two dots stand for any character. */
const ipv4Start = /^\p{Nd}+\.\p{Nd}+[^\n]\p{Nd}+[^\n]\p{Nd}+/u;
const bodies = ['additionalEventData', 'responseElements', 'requestParameters'] as const;

/**
 * Steps 2 and 4 in one walk: members that are null go, lists of one element become that element. Neither looks into
 * lists, nor into the element that replaced one. Returns the same object where nothing changed.
 */
function reshaped(value: Document, depth: number): Document {
  const from = top;
  const changed = pushReshaped(value, depth);
  if (changed) return popObject(from);
  top = from;
  return value;
}

/** Members of the objects that are being made, the inner ones above. */
const names: string[] = [];
const members: unknown[] = [];
let top = 0;

function push(name: string, member: unknown): void {
  names[top] = name;
  members[top++] = member;
}

/** Pushes what stays of the members; answers whether anything changed. */
function pushReshaped(value: Document, depth: number): boolean {
  let changed = false;
  for (const key in value) {
    const member = value[key];
    const next = reshapedMember(member, depth);
    if (next !== member) changed = true;
    if (next !== undefined) push(key, next);
  }
  return changed;
}

/** The object of what was pushed since; of two members of one name the later wins, in the place of the first. */
function popObject(from: number): Fields {
  let shape: KeyShape | undefined = emptyShape();
  for (let at = from; at < top && shape; at++) shape = shape.with(names[at] as string);
  let made: Fields = {};
  if (shape) made = shape.object(members, from);
  else for (let at = from; at < top; at++) put(made, names[at] as string, members[at]);
  top = from;
  return made;
}

/** undefined for a member that goes: JSON knows no other undefined. */
function reshapedMember(member: unknown, depth: number): unknown {
  if (member === null) return undefined;
  if (typeof member !== 'object') return member;
  if (Array.isArray(member)) return member.length === 1 ? member[0] : member;
  // The reader refuses what is deeper; only a caller of its own making can come here with more.
  return depth < limits.recordDepthMax ? reshaped(member as Document, depth + 1) : member;
}
