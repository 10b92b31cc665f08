import type { Instant } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import { account, administrator, anonymousCaller, eventId, region, requestId } from './account.ts';

/** A call of S3's data plane, as CloudTrail is to tell it. */
export interface S3Call {
  readonly at: Instant;
  readonly eventName: string;
  readonly readOnly: boolean;
  readonly bucket: string;
  /** undefined for a call on the bucket, which is told with the prefix of all its objects. */
  readonly key: string | undefined;
  readonly host: string;
  readonly parameters: Document;
  readonly sourceAddress: string;
  readonly userAgent: string;
  readonly error: { readonly code: string; readonly message: string } | undefined;
  readonly requestId: string;
  readonly extendedRequestId: string;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Who called: nobody known, unless the lab's administrator fills its bucket. */
  readonly by: 'anonymous' | 'administrator';
}

/** The record of an S3 data event (specs/cloudtrail.md §1.6). No tlsDetails: the lab speaks plain HTTP. */
export function dataEvent(call: S3Call): Document {
  const object = `arn:aws:s3:::${call.bucket}/${call.key ?? ''}`;
  const signed = call.by === 'administrator';
  return {
    eventVersion: '1.11',
    userIdentity: signed ? administrator : anonymousCaller,
    eventTime: seconds(call.at),
    eventSource: 's3.amazonaws.com',
    eventName: call.eventName,
    awsRegion: region,
    sourceIPAddress: call.sourceAddress,
    userAgent: `[${call.userAgent}]`,
    ...(call.error ? { errorCode: call.error.code, errorMessage: call.error.message } : {}),
    requestParameters: {
      ...call.parameters,
      bucketName: call.bucket,
      Host: call.host,
      ...(call.key === undefined ? {} : { key: call.key }),
    },
    responseElements: null,
    additionalEventData: {
      ...(signed ? { SignatureVersion: 'SigV4', AuthenticationMethod: 'AuthHeader' } : {}),
      bytesTransferredIn: call.bytesIn,
      'x-amz-id-2': call.extendedRequestId,
      bytesTransferredOut: call.bytesOut,
    },
    requestID: call.requestId,
    eventID: eventId(),
    readOnly: call.readOnly,
    resources: [
      { type: 'AWS::S3::Object', ...(call.key === undefined ? { ARNPrefix: object } : { ARN: object }) },
      { accountId: account, type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${call.bucket}` },
    ],
    eventType: 'AwsApiCall',
    managementEvent: false,
    recipientAccountId: account,
    ...(signed ? {} : { sharedEventID: eventId() }),
    eventCategory: 'Data',
  };
}

/** A change that CloudFormation makes for whoever deploys a stack. */
export interface StackCall {
  readonly eventSource: string;
  readonly eventName: string;
  readonly requestParameters: Document;
  readonly responseElements?: Document;
  readonly resources?: readonly Document[];
}

/** The record of a management event made through CloudFormation; `cloudformation` itself is called by the person. */
export function managementEvent(call: StackCall, at: Instant): Document {
  const direct = call.eventSource === 'cloudformation.amazonaws.com';
  const agent = direct ? 'aws-cli/2.31.0 md/lab' : 'cloudformation.amazonaws.com';
  return {
    eventVersion: '1.11',
    userIdentity: direct ? administrator : { ...administrator, invokedBy: 'cloudformation.amazonaws.com' },
    eventTime: seconds(at),
    eventSource: call.eventSource,
    eventName: call.eventName,
    awsRegion: region,
    sourceIPAddress: direct ? '127.0.0.1' : 'cloudformation.amazonaws.com',
    userAgent: agent,
    requestParameters: call.requestParameters,
    responseElements: call.responseElements ?? null,
    requestID: requestId(),
    eventID: eventId(),
    readOnly: false,
    ...(call.resources ? { resources: call.resources } : {}),
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: account,
    eventCategory: 'Management',
  };
}

/** CloudTrail's clock shows seconds. */
function seconds(at: Instant): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
