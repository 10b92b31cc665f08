import type { TestContext } from 'node:test';
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
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
import { systemClock } from '../base/clock.ts';
import { admin, startLab } from '../lab/lab.suite.ts';
import type { Lab } from '../lab/lab.ts';
import { type Gateway, openGateway } from './sqs-gateway.suite.ts';

/** A queue of a stand-in, for tests of who reads it. */
export interface TestQueue {
  readonly url: string;
  readonly arn: string;
  /** Answers the message's id. */
  send(body: string): Promise<string>;
  /** Messages that can be received now, and those that are hidden. */
  count(): Promise<{ readonly visible: number; readonly hidden: number }>;
  /** Forgets all messages. */
  drop(): Promise<void>;
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
    drop: async () => void (await client.send(new PurgeQueueCommand({ QueueUrl }))),
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
  await queue.drop();
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

/** A lab of its own with a bucket, the queue that it tells (and one for dead letters), and a way to both that may be bad. */
export interface Desk {
  readonly lab: Lab;
  readonly gateway: Gateway;
  readonly client: S3Client;
  readonly queue: TestQueue;
  readonly dead: TestQueue;
}

export async function openDesk(
  t: TestContext,
  bucket: string,
  { maxReceiveCount, ...attributes }: QueueAttributes & { maxReceiveCount?: number } = {},
): Promise<Desk> {
  asLabAdministrator();
  const lab = await startLab(t, { trail: false });
  const gateway = await openGateway(lab.url);
  const client = new S3Client({ endpoint: lab.url, region: 'us-east-1', forcePathStyle: true });
  const dead = await openTestQueue(lab.url, `${bucket}-dead`);
  const policy = maxReceiveCount && JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount });
  const queue = await openToldBucket(client, lab.url, bucket, {
    ...attributes,
    ...(policy ? { RedrivePolicy: policy } : {}),
  });
  t.after(async () => {
    for (const one of [client, queue, dead]) 'close' in one ? one.close() : one.destroy();
    await gateway.close();
  });
  return { lab, gateway, client, queue, dead };
}

/** What the queue holds, once it is as expected or after a while: deletions are made some at a time. */
export async function settledCount(
  queue: TestQueue,
  expected: { readonly visible: number; readonly hidden: number },
  withinMs = 5000,
): Promise<{ readonly visible: number; readonly hidden: number }> {
  const until = systemClock.now() + withinMs;
  for (;;) {
    const count = await queue.count();
    const same = count.visible === expected.visible && count.hidden === expected.hidden;
    if (same || systemClock.now() > until) return count;
    await systemClock.sleep(50);
  }
}
