import { type Document, own } from '../../base/document.ts';
import type { Reply } from '../exchange.ts';

/** How a resource reaches the lab's services: as whoever deploys, through CloudFormation. */
export interface Hands {
  s3(
    method: string,
    bucket: string,
    key: string,
    query: string,
    body?: string,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Reply>;
  /** API Gateway, JSON in and out. */
  api(method: string, path: string, body?: Document): Promise<Document>;
  cloudTrail(operation: string, input: Document): Promise<Document>;
  sqs(operation: string, input: Document): Promise<Document>;
  /** Firehose streams are known to stacks only. */
  readonly streams: {
    put(stream: {
      readonly name: string;
      readonly bucket: string;
      readonly prefix: string;
      readonly extension: string;
    }): void;
    remove(name: string): void;
  };
}

export interface Made {
  readonly physicalId: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface Wanted {
  readonly stackName: string;
  readonly logicalId: string;
  readonly properties: Document;
}

/** How one type of resource is made, changed and removed. Without `update` a change replaces it. */
export interface ResourceType {
  readonly name: string;
  /** Properties that have an effect here, and those that are taken without one. Others are refused. */
  readonly properties: readonly string[];
  readonly ignored?: readonly string[];
  /** Needs `--capabilities CAPABILITY_IAM`. */
  readonly capability?: true;
  create(hands: Hands, wanted: Wanted): Promise<Made>;
  update?(hands: Hands, wanted: Wanted, made: Made): Promise<Made>;
  remove(hands: Hands, made: Made, properties: Document): Promise<void>;
}

/** A list however it is given: one value counts as a list of one. */
export function many(value: unknown): readonly unknown[] {
  return value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
}

export function flag(value: unknown): boolean | undefined {
  if (value === undefined) return undefined;
  return value === true || value === 'true';
}

export function member(value: unknown, name: string): string | undefined {
  const found = own(value, name);
  return typeof found === 'string'
    ? found
    : typeof found === 'number' || typeof found === 'boolean'
      ? String(found)
      : undefined;
}
