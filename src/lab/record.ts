import type { Instant } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import { account, eventId, region } from './account.ts';
import { type Caller, userIdentity } from './caller.ts';

/** A call, as CloudTrail is to tell it. */
export interface TrailCall {
  readonly at: Instant;
  readonly caller: Caller;
  readonly eventSource: string;
  readonly eventName: string;
  readonly readOnly: boolean;
  readonly data: boolean;
  readonly sourceAddress: string;
  readonly userAgent: string;
  readonly error?: { readonly code: string; readonly message: string } | undefined;
  readonly requestParameters: Document | null;
  readonly responseElements?: Document | null;
  readonly additionalEventData?: Document;
  readonly requestId: string;
  readonly resources?: readonly Document[];
  readonly apiVersion?: string;
}

/**
 * The record that AWS would write, with its members in AWS's order (specs/cloudtrail.md §1). No tlsDetails: the lab speaks
 * plain HTTP. A call of a service for somebody shows the service as address and agent.
 */
export function trailRecord(call: TrailCall): Document {
  const { caller } = call;
  const through = caller.kind === 'service' ? caller.service : caller.kind === 'user' ? caller.via : undefined;
  const foreign = caller.kind === 'anonymous' || caller.kind === 'service' || caller.user.accountId !== account;
  return {
    eventVersion: '1.11',
    userIdentity: userIdentity(caller),
    eventTime: seconds(call.at),
    eventSource: call.eventSource,
    eventName: call.eventName,
    awsRegion: region,
    sourceIPAddress: through ?? call.sourceAddress,
    userAgent: through ?? call.userAgent,
    ...(call.error ? { errorCode: call.error.code, errorMessage: call.error.message.slice(0, 1024) } : {}),
    requestParameters: call.requestParameters,
    responseElements: call.error ? null : (call.responseElements ?? null),
    ...(call.additionalEventData ? { additionalEventData: call.additionalEventData } : {}),
    requestID: call.requestId,
    eventID: eventId(),
    readOnly: call.readOnly,
    ...(call.resources ? { resources: call.resources } : {}),
    eventType: 'AwsApiCall',
    ...(call.apiVersion ? { apiVersion: call.apiVersion } : {}),
    managementEvent: !call.data,
    recipientAccountId: account,
    ...(foreign ? { sharedEventID: eventId() } : {}),
    eventCategory: call.data ? 'Data' : 'Management',
  };
}

/** As CloudTrail writes time: whole seconds. */
export function seconds(at: Instant): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
}
