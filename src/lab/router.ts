import { randomUUID } from 'node:crypto';
import { answerApiGateway } from './api/api.ts';
import { invokeApi } from './api/invoke.ts';
import { type Caller, users } from './caller.ts';
import { answerCloudTrail } from './cloudtrail/api.ts';
import { AwsRefusal, jsonReply, type Reply, type Request } from './exchange.ts';
import { handsOf } from './hands.ts';
import { formOf, queryRefusal } from './query-protocol.ts';
import { unchunked } from './s3/chunked.ts';
import { answerS3, refuseS3 } from './s3/s3.ts';
import type { Services } from './services.ts';
import { authenticate, type Signed } from './signature.ts';
import { answerSqs } from './sqs.ts';
import { answerCloudFormation, namespace } from './stack/cloudformation.ts';
import { answerSts, stsNamespace } from './sts.ts';

/** Whom a request is for. */
type Service = 's3' | 'sqs' | 'cloudtrail' | 'apigateway' | 'cloudformation' | 'sts';

/**
 * Answers one request: an API by its host name or by `/_aws/execute-api/<api-id>/…`, else the service that the signature
 * or the protocol names, else S3.
 */
export async function answerRequest(services: Services, request: Request): Promise<Reply> {
  const byHost = /^([a-z0-9]{1,40})\.execute-api\./i.exec(request.host);
  const byPath = /^\/_aws\/execute-api\/([^/]+)(\/.*)?$/s.exec(request.path);
  const api = byHost?.[1]?.toLowerCase() ?? byPath?.[1];
  if (api !== undefined) {
    const path = byHost ? request.path : (byPath?.[2] ?? '/');
    const signer = (): Caller => authenticate(request, users).caller;
    return invokeApi(services.gateway, api, { ...request, path }, signer, services.accessLog);
  }
  const service = serviceOf(request);
  try {
    const signed = authenticate(request, users);
    return service === 's3'
      ? answerS3Request(services, request, signed)
      : await control(services, service, request, signed.caller);
  } catch (thrown) {
    if (!(thrown instanceof AwsRefusal)) throw thrown;
    return refuse(service, thrown, request);
  }
}

function answerS3Request(services: Services, request: Request, signed: Signed): Reply {
  return answerS3(services.s3, unchunked(request, signed.chunks), signed.caller);
}

async function control(services: Services, service: Service, request: Request, caller: Caller): Promise<Reply> {
  const call = { request, caller, record: services.record };
  switch (service) {
    case 'sqs':
      return answerSqs(services.sqs, call);
    case 'cloudtrail':
      return answerCloudTrail(services.cloudTrail, call);
    case 'apigateway':
      return answerApiGateway(services.gateway, call);
    case 'sts':
      return answerSts(formOf(request), call);
    default: {
      const { stacks, clock } = services;
      const hands = (deployer: Caller) => handsOf(services, deployer);
      return answerCloudFormation({ stacks, clock, hands }, formOf(request), call);
    }
  }
}

const signedServices = new Set<string>(['s3', 'sqs', 'cloudtrail', 'apigateway', 'cloudformation', 'sts']);

function serviceOf(request: Request): Service {
  const target = request.headers['x-amz-target'] ?? '';
  if (target.startsWith('AmazonSQS.')) return 'sqs';
  if (/CloudTrail_20131101\./.test(target)) return 'cloudtrail';
  const scope = /Credential=[^/,]+\/\d+\/[^/]+\/([^/]+)\//.exec(request.headers.authorization ?? '')?.[1];
  if (scope !== undefined && signedServices.has(scope)) return scope as Service;
  const form = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') && request.path === '/';
  if (form && request.method === 'POST') {
    return /(?:^|&)Version=2011-06-15(?:&|$)/.test(Buffer.from(request.body).toString()) ? 'sts' : 'cloudformation';
  }
  return 's3';
}

/** The refusal in the service's own protocol. */
function refuse(service: Service, thrown: AwsRefusal, request: Request): Reply {
  const { awsCode, message, status } = thrown;
  switch (service) {
    case 's3':
      return refuseS3(thrown, request);
    case 'cloudformation':
      return queryRefusal(thrown, namespace);
    case 'sts':
      return queryRefusal(thrown, stsNamespace);
    case 'apigateway':
      return jsonReply(status, { message }, { 'x-amzn-errortype': awsCode, 'x-amzn-requestid': randomUUID() });
    default: {
      const type = { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() };
      const old = awsCode.endsWith('#QueueDoesNotExist')
        ? { 'x-amzn-query-error': 'AWS.SimpleQueueService.NonExistentQueue;Sender' }
        : {};
      return jsonReply(status, { __type: awsCode, message }, { ...type, ...old });
    }
  }
}
