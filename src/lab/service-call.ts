import { randomUUID } from 'node:crypto';
import { type Document, isDocument, put } from '../base/document.ts';
import type { Caller } from './caller.ts';
import { AwsRefusal, type Request, userAgentOf } from './exchange.ts';
import { identityDecision } from './permission.ts';
import { trailRecord } from './record.ts';

/** One call of a control plane, its signature checked. */
export interface ServiceCall {
  readonly request: Request;
  readonly caller: Caller;
  record(record: Document): void;
}

export interface Told {
  readonly requestParameters: Document | null;
  readonly responseElements?: Document | null;
  readonly resources?: readonly Document[];
}

export interface ServiceFacts {
  readonly eventSource: string;
  readonly eventName: string;
  readonly readOnly: boolean;
  /** The IAM action: `cloudtrail:StopLogging`. */
  readonly action: string;
  readonly apiVersion?: string;
}

/**
 * Runs a management call: only for callers who may, and with the record of its outcome, a refusal included. Callers without
 * credentials are refused before anything is recorded, as AWS knows no account to tell.
 */
export function runManaged<Result>(
  { request, caller, record }: ServiceCall,
  facts: ServiceFacts,
  told: Told,
  run: () => { readonly result: Result; readonly responseElements?: Document | null },
): Result {
  if (caller.kind === 'anonymous') {
    throw new AwsRefusal(403, 'MissingAuthenticationToken', 'Request is missing Authentication Token');
  }
  const write = (error: AwsRefusal | undefined, responseElements: Document | null): void =>
    record(
      trailRecord({
        at: request.at,
        caller,
        eventSource: facts.eventSource,
        eventName: facts.eventName,
        readOnly: facts.readOnly,
        data: false,
        sourceAddress: request.sourceAddress,
        userAgent: userAgentOf(request),
        error: error && { code: error.awsCode, message: error.message },
        requestParameters: told.requestParameters,
        responseElements: facts.readOnly ? null : responseElements,
        requestId: randomUUID(),
        ...(told.resources ? { resources: told.resources } : {}),
        ...(facts.apiVersion ? { apiVersion: facts.apiVersion } : {}),
      }),
    );
  try {
    const asked = { caller, action: facts.action, resource: '*', sourceIp: request.sourceAddress, context: {} };
    if (identityDecision(asked) !== 'allowed') {
      const who = caller.kind === 'user' ? caller.user.arn : caller.service;
      throw new AwsRefusal(
        facts.eventSource.startsWith('apigateway') ? 403 : 400,
        facts.eventSource.startsWith('apigateway') ? 'AccessDeniedException' : 'AccessDenied',
        `User: ${who} is not authorized to perform: ${facts.action} because no identity-based policy allows the ${facts.action} action`,
      );
    }
    const { result, responseElements } = run();
    write(undefined, responseElements ?? null);
    return result;
  } catch (thrown) {
    if (thrown instanceof AwsRefusal) write(thrown, null);
    throw thrown;
  }
}

/** Members with a small first letter, all the way down: how CloudTrail tells what an API calls `TrailName`. */
export function lowerMembers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowerMembers);
  if (!isDocument(value)) return value;
  const members: { [name: string]: unknown } = {};
  for (const [name, member] of Object.entries(value)) {
    put(members, name.slice(0, 1).toLowerCase() + name.slice(1), lowerMembers(member));
  }
  return members;
}

/** The JSON body of a request; throws SerializationException. */
export function jsonBody(request: Request): Document {
  if (request.body.length === 0) return {};
  try {
    const body: unknown = JSON.parse(Buffer.from(request.body).toString());
    if (isDocument(body)) return body;
  } catch {
    // Told below.
  }
  throw new AwsRefusal(400, 'SerializationException', 'The request body is no JSON object.');
}
