import { own, text } from '../base/document.ts';
import { closeCommand } from './close-command.ts';
import type { Door, DoorChange } from './door.ts';
import { apiChanges } from './event-api.ts';
import { functionChanges } from './event-function.ts';
import { bucketChanges } from './event-s3.ts';
import type { Exposure } from './exposure.ts';
import { shown } from './words.ts';

/** What a record did, or tried to do, to a door. */
export interface EventExposure extends Exposure {
  readonly door: Door;
  readonly change: 'set' | 'cleared';
  /** A refused call opened nothing: it is an attempt. */
  readonly outcome: 'succeeded' | 'refused';
  /** The most that strangers may do: `write` (change or delete), `read`, or `none`. */
  readonly access: 'write' | 'read' | 'none';
  /** The command that closes the door; undefined where none is open, or too little is told. */
  readonly close: string | undefined;
}

/**
 * What a CloudTrail record that sets or clears a policy, an ACL, a block, an object ownership, a method's or route's
 * authorization, a function's permission or URL does, whatever shape its fields have; undefined for any other record.
 * `record` is one as AWS writes it, or the `aws` part of an event. Where a record does several things (CreateBucket with an
 * ACL and an ownership), the most open one is told.
 */
export function exposureOf(record: unknown): EventExposure | undefined {
  const source = text(own(record, 'eventSource'))?.toLowerCase();
  const changes = source === undefined ? undefined : readers.get(source)?.(record);
  if (!changes || changes.length === 0) return undefined;
  const [told] = [...changes].sort((a, b) => openness(b) - openness(a));
  if (!told) return undefined;
  const door: Door = {
    ...told.door,
    region: text(own(record, 'awsRegion')),
    account: text(own(record, 'recipientAccountId')) ?? text(own(own(record, 'userIdentity'), 'accountId')),
  };
  const refusal = text(own(record, 'errorCode')) ?? text(own(record, 'errorMessage'));
  const { exposure } = told;
  return {
    ...exposure,
    sentence:
      refusal === undefined
        ? exposure.sentence
        : `Tried and refused (${shown(refusal)}). It would have meant: ${exposure.sentence}`,
    door,
    change: told.change,
    outcome: refusal === undefined ? 'succeeded' : 'refused',
    access: accessOf(exposure.actions),
    close: exposure.verdict === 'not-public' ? undefined : closeCommand(door),
  };
}

const readers: ReadonlyMap<string, (record: unknown) => readonly DoorChange[]> = new Map([
  ['s3.amazonaws.com', bucketChanges],
  ['s3express.amazonaws.com', bucketChanges],
  ['apigateway.amazonaws.com', apiChanges],
  ['lambda.amazonaws.com', functionChanges],
]);

function openness({ exposure: { verdict, anonymous } }: DoorChange): number {
  return (verdict === 'public' ? 4 : verdict === 'unknown' ? 2 : 0) + (anonymous === true ? 1 : 0);
}

/** Names of actions that change something, or let the caller change who may. A `*` may be any of them. */
function accessOf(actions: readonly string[]): EventExposure['access'] {
  if (actions.length === 0) return 'none';
  const writes = actions.some((action) => {
    const name = action.slice(action.indexOf(':') + 1);
    return (
      /^(put|delete|create|abort|restore|replicate|bypass|update|tag|untag|initiate|object|add|remove)/i.test(name) ||
      /^\*/.test(name)
    );
  });
  return writes ? 'write' : 'read';
}
