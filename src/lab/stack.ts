import type { Instant } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import type { RestApis } from './api-gateway.ts';
import type { Buckets } from './bucket.ts';
import type { StackCall } from './event-record.ts';

/** What a stack changes: the lab's services, and the records that CloudFormation's calls leave. */
export interface StackScope {
  readonly buckets: Buckets;
  readonly apis: RestApis;
  readonly at: Instant;
  /** Leaves the record of a call that CloudFormation makes. */
  called(call: StackCall): void;
  /** Leaves a record that is complete already. */
  record(record: Document): void;
}

/** A stack of the guide, as its CloudFormation template would make it. */
export interface Stack {
  readonly name: string;
  /** Makes what it describes, or makes it anew; returns the outputs. */
  create(scope: StackScope): Readonly<Record<string, string>>;
  remove(scope: StackScope): void;
}
