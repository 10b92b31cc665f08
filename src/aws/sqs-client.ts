import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import { TrailhoundError } from '../base/errors.ts';
import type { AwsOptions } from './clients.ts';

/**
 * An SQS client with the default chain of credentials, as `openS3` makes them. A queue lives in one region, and nothing redirects to
 * it: throws 'source-failed' where nobody tells one, but for an endpoint of one's own, which has none.
 */
export async function openSqs({ endpointUrl, region }: AwsOptions): Promise<SQSClient> {
  const endpoint = endpointUrl ?? process.env.AWS_ENDPOINT_URL_SQS ?? process.env.AWS_ENDPOINT_URL;
  const config: SQSClientConfig = {
    maxAttempts: 1,
    // A long poll is silent for twenty seconds.
    requestHandler: { connectionTimeout: 10_000, socketTimeout: 60_000 },
    // The queue's URL says which queue is meant, not whom to ask: stand-ins name hosts that only they can reach.
    useQueueUrlAsEndpoint: false,
    ...(region ? { region } : {}),
    ...(endpoint ? { endpoint } : {}),
  };
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const client = new SQSClient(config);
  try {
    await client.config.region();
    return client;
  } catch (error) {
    client.destroy();
    if (endpoint) return new SQSClient({ ...config, region: 'us-east-1' });
    const message = "the queue's region is not known: give --region, set AWS_REGION, or write the queue's URL or ARN";
    throw new TrailhoundError('source-failed', message, { cause: error });
  }
}
