import { type Document, isDocument, own, text } from '../base/document.ts';
import { region } from './account.ts';
import { answerApiGateway } from './api/api.ts';
import { type Caller, throughService } from './caller.ts';
import { answerCloudTrail } from './cloudtrail/api.ts';
import type { Reply, Request } from './exchange.ts';
import { answerS3 } from './s3/s3.ts';
import { encodeKey, internalRequest, type Services } from './services.ts';
import { answerSqs } from './sqs.ts';
import type { Hands } from './stack/resource.ts';

/** The lab's services as CloudFormation reaches them for whoever deploys: the same code, rights and records as over HTTP. */
export function handsOf(services: Services, deployer: Caller): Hands {
  const caller = deployer.kind === 'user' ? throughService(deployer.user, 'cloudformation.amazonaws.com') : deployer;
  const { clock, record, streams } = services;
  const ask = (
    method: string,
    target: string,
    host: string,
    body: string,
    headers: Readonly<Record<string, string>>,
  ): Request => internalRequest(clock, method, target, host, Buffer.from(body), headers);
  const json = (target: string, input: Document): Request =>
    ask('POST', '/', `${target.split('.')[0]?.toLowerCase()}.${region}.amazonaws.com`, JSON.stringify(input), {
      'x-amz-target': target,
    });
  return {
    async s3(method, bucket, key, query, body = '', headers = {}) {
      const target = `/${encodeKey(key)}${query ? `?${query}` : ''}`;
      const reply = answerS3(
        services.s3,
        ask(method, target, `${bucket}.s3.${region}.amazonaws.com`, body, headers),
        caller,
      );
      if (reply.status < 300) return reply;
      const code = /<Code>(.*?)<\/Code>/.exec(String(reply.body))?.[1];
      const message = /<Message>(.*?)<\/Message>/.exec(String(reply.body))?.[1];
      throw new Error(`${message} (Service: S3, Status Code: ${reply.status}, Error: ${code})`);
    },
    async api(method, path, body) {
      const request = ask(method, path, `apigateway.${region}.amazonaws.com`, body ? JSON.stringify(body) : '', {});
      return parsed(answerApiGateway(services.gateway, { request, caller, record }));
    },
    async cloudTrail(operation, input) {
      return parsed(
        answerCloudTrail(services.cloudTrail, { request: json(`CloudTrail.${operation}`, input), caller, record }),
      );
    },
    async sqs(operation, input) {
      return parsed(await answerSqs(services.sqs, { request: json(`AmazonSQS.${operation}`, input), caller, record }));
    },
    streams: {
      put: (stream) => void streams.set(stream.name, { ...stream, waiting: [] }),
      remove: (name) => void streams.delete(name),
    },
  };
}

function parsed(reply: Reply): Document {
  const body: unknown = reply.body.length === 0 ? {} : JSON.parse(String(reply.body));
  if (reply.status >= 400) throw new Error(text(own(body, 'message')) ?? `status ${reply.status}`);
  return isDocument(body) ? body : {};
}
