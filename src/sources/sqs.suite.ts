import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  type QueueAttributeName,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { admin } from '../lab/lab.suite.ts';

/** A queue of a stand-in, for tests of who reads it. */
export interface TestQueue {
  readonly url: string;
  readonly arn: string;
  /** Answers the message's id. */
  send(body: string): Promise<string>;
  /** Messages that can be received now, and those that are hidden. */
  count(): Promise<{ readonly visible: number; readonly hidden: number }>;
  /** Bodies of up to ten messages, left hidden. */
  peek(): Promise<readonly string[]>;
  close(): void;
}

export type QueueAttributes = Partial<Record<QueueAttributeName, string>>;

export async function openTestQueue(
  endpoint: string,
  name: string,
  attributes: QueueAttributes = {},
): Promise<TestQueue> {
  const client = new SQSClient({ endpoint, region: 'us-east-1', useQueueUrlAsEndpoint: false });
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
  const facts = async (): Promise<Partial<Record<string, string>>> => {
    const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
    return (await client.send(asked)).Attributes ?? {};
  };
  return {
    url: QueueUrl,
    arn: (await facts()).QueueArn ?? '',
    send: async (body) => (await client.send(new SendMessageCommand({ QueueUrl, MessageBody: body }))).MessageId ?? '',
    async count() {
      const { ApproximateNumberOfMessages: visible, ApproximateNumberOfMessagesNotVisible: hidden } = await facts();
      return { visible: Number(visible), hidden: Number(hidden) };
    },
    async peek() {
      const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
      return (Messages ?? []).map(({ Body }) => Body ?? '');
    },
    close: () => client.destroy(),
  };
}

/** A bucket that tells a queue of its own name what is written; the test message is gone already. */
export async function openToldBucket(
  client: S3Client,
  endpoint: string,
  name: string,
  attributes: QueueAttributes = {},
): Promise<TestQueue> {
  await client.send(new CreateBucketCommand({ Bucket: name }));
  const queue = await openTestQueue(endpoint, name, attributes);
  await client.send(announcing(name, queue.arn));
  const purging = new SQSClient({ endpoint, region: 'us-east-1', useQueueUrlAsEndpoint: false });
  await purging.send(new PurgeQueueCommand({ QueueUrl: queue.url }));
  purging.destroy();
  return queue;
}

/** Lets a bucket tell a queue what is written. */
export function announcing(bucket: string, queueArn: string): PutBucketNotificationConfigurationCommand {
  return new PutBucketNotificationConfigurationCommand({
    Bucket: bucket,
    NotificationConfiguration: { QueueConfigurations: [{ QueueArn: queueArn, Events: ['s3:ObjectCreated:*'] }] },
  });
}

/** Large ones in two parts, as `aws s3 cp` does: the lab takes no request of more than 64 MB. */
export async function putWhole(client: S3Client, Bucket: string, Key: string, Body: Uint8Array): Promise<void> {
  if (Body.length < 32 * 1024 * 1024) return void (await client.send(new PutObjectCommand({ Bucket, Key, Body })));
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const half = Math.ceil(Body.length / 2);
  const Parts: { ETag: string | undefined; PartNumber: number }[] = [];
  for (const [index, part] of [Body.subarray(0, half), Body.subarray(half)].entries()) {
    const PartNumber = index + 1;
    const { ETag } = await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body: part }));
    Parts.push({ ETag, PartNumber });
  }
  await client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
}

/** Credentials come from the environment, as the program finds them. */
export function asLabAdministrator(): void {
  process.env.AWS_ACCESS_KEY_ID = admin.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = admin.secretAccessKey;
}
