import { createHash, randomUUID } from 'node:crypto';
import type { Clock, Instant } from '../base/clock.ts';
import { asText, type Document, isDocument, own, text } from '../base/document.ts';
import { limits } from '../base/limits.ts';
import { account, region } from './account.ts';
import { AwsRefusal, jsonReply, type Reply } from './exchange.ts';
import { jsonBody, lowerMembers, runManaged, type ServiceCall } from './service-call.ts';

interface Message {
  readonly id: string;
  readonly body: string;
  readonly sentAt: Instant;
  receipt: string;
  visibleAt: Instant;
  received: number;
  firstAt: Instant | undefined;
}

export interface Queue {
  readonly name: string;
  readonly attributes: { [name: string]: string };
  readonly createdAt: Instant;
  messages: Message[];
  /** Wakes requests that wait for messages; who began to wait first stands first. */
  readonly waiting: Set<() => void>;
}

/** Queues as far as bucket notifications and their readers need them. */
export interface Sqs {
  readonly queues: Map<string, Queue>;
  readonly clock: Clock;
  /** Where the lab listens: queue URLs begin with it. */
  url(): string;
}

export function queueArn(name: string): string {
  return `arn:aws:sqs:${region}:${account}:${name}`;
}

function queueUrl(sqs: Sqs, name: string): string {
  return `${sqs.url()}/${account}/${name}`;
}

/** Puts a message into the queue of this ARN; false where there is none. */
export function sendTo(sqs: Sqs, arn: string, body: string): boolean {
  const queue = sqs.queues.get(arn.split(':').at(-1) ?? '');
  if (!queue || queueArn(queue.name) !== arn) return false;
  enqueue(sqs, queue, body, 0);
  return true;
}

function enqueue({ clock }: Sqs, queue: Queue, body: string, delaySeconds: number): Message {
  const now = clock.now();
  const message: Message = {
    id: randomUUID(),
    body,
    sentAt: now,
    receipt: '',
    visibleAt: now + delaySeconds * 1000,
    received: 0,
    firstAt: undefined,
  };
  queue.messages.push(message);
  if (queue.messages.length > limits.labQueueMessagesMax) queue.messages.shift();
  if (delaySeconds === 0) wakeOne(queue);
  return message;
}

type Operation = (sqs: Sqs, input: Document) => Document;

const control: Readonly<Record<string, Operation>> = {
  CreateQueue(sqs, input) {
    const name = text(own(input, 'QueueName')) ?? '';
    if (!/^[A-Za-z0-9_-]{1,80}$/.test(name)) {
      throw refusal(
        'InvalidParameterValue',
        'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
      );
    }
    if (!sqs.queues.has(name)) {
      sqs.queues.set(name, {
        name,
        attributes: attributesOf(input),
        createdAt: sqs.clock.now(),
        messages: [],
        waiting: new Set(),
      });
    }
    return { QueueUrl: queueUrl(sqs, name) };
  },
  DeleteQueue(sqs, input) {
    sqs.queues.delete(queueOf(sqs, input).name);
    return {};
  },
  GetQueueUrl(sqs, input) {
    const name = text(own(input, 'QueueName')) ?? '';
    if (!sqs.queues.has(name)) throw missing();
    return { QueueUrl: queueUrl(sqs, name) };
  },
  ListQueues(sqs, input) {
    const prefix = text(own(input, 'QueueNamePrefix')) ?? '';
    return {
      QueueUrls: [...sqs.queues.keys()].filter((name) => name.startsWith(prefix)).map((name) => queueUrl(sqs, name)),
    };
  },
  GetQueueAttributes(sqs, input) {
    const queue = queueOf(sqs, input);
    const asked = own(input, 'AttributeNames');
    const names = Array.isArray(asked) ? asked : [];
    const all = factsOf(sqs, queue);
    const shown = names.includes('All')
      ? Object.entries(all)
      : Object.entries(all).filter(([name]) => names.includes(name));
    return { Attributes: Object.fromEntries(shown) };
  },
  SetQueueAttributes(sqs, input) {
    Object.assign(queueOf(sqs, input).attributes, attributesOf(input));
    return {};
  },
  PurgeQueue(sqs, input) {
    queueOf(sqs, input).messages = [];
    return {};
  },
  ListQueueTags: (sqs, input) => ({ Tags: queueOf(sqs, input) && {} }),
};

const plane: Readonly<Record<string, (sqs: Sqs, input: Document, gone?: AbortSignal) => Document | Promise<Document>>> =
  {
    SendMessage(sqs, input) {
      const body = text(own(input, 'MessageBody')) ?? '';
      const message = enqueue(sqs, queueOf(sqs, input), body, numberIn(input, 'DelaySeconds', 0));
      return { MessageId: message.id, MD5OfMessageBody: md5(body) };
    },
    ReceiveMessage: receive,
    DeleteMessage(sqs, input) {
      remove(queueOf(sqs, input), own(input, 'ReceiptHandle'));
      return {};
    },
    DeleteMessageBatch(sqs, input) {
      const queue = queueOf(sqs, input);
      const entries = entriesOf(input);
      for (const entry of entries) remove(queue, own(entry, 'ReceiptHandle'));
      return { Successful: entries.map((entry) => ({ Id: own(entry, 'Id') })), Failed: [] };
    },
    ChangeMessageVisibility(sqs, input) {
      show(sqs, queueOf(sqs, input), input);
      return {};
    },
    ChangeMessageVisibilityBatch(sqs, input) {
      const queue = queueOf(sqs, input);
      const Successful: Document[] = [];
      const Failed: Document[] = [];
      for (const entry of entriesOf(input)) {
        const Id = own(entry, 'Id');
        try {
          show(sqs, queue, entry);
          Successful.push({ Id });
        } catch (thrown) {
          if (!(thrown instanceof AwsRefusal)) throw thrown;
          Failed.push({ Id, SenderFault: true, Code: thrown.awsCode, Message: thrown.message });
        }
      }
      return { Successful, Failed };
    },
  };

/** `X-Amz-Target: AmazonSQS.ReceiveMessage` with a JSON body. Messages are data: no trail tells of them by default. */
export async function answerSqs(sqs: Sqs, call: ServiceCall): Promise<Reply> {
  const name = (call.request.headers['x-amz-target'] ?? '').split('.').at(-1) ?? '';
  const input = jsonBody(call.request);
  const json = { 'content-type': 'application/x-amz-json-1.0' };
  const moves = Object.hasOwn(plane, name) ? plane[name] : undefined;
  if (moves) {
    if (call.caller.kind === 'anonymous')
      throw new AwsRefusal(403, 'MissingAuthenticationToken', 'Request is missing Authentication Token');
    return jsonReply(200, await moves(sqs, input, call.request.gone), json);
  }
  const operation = Object.hasOwn(control, name) ? control[name] : undefined;
  if (!operation) throw refusal('InvalidAction', `The lab's SQS has no operation ${name}.`);
  const output = runManaged(
    call,
    { eventSource: 'sqs.amazonaws.com', eventName: name, readOnly: /^(Get|List)/.test(name), action: `sqs:${name}` },
    { requestParameters: lowerMembers(input) as Document },
    () => {
      const result = operation(sqs, input);
      return { result, responseElements: Object.keys(result).length === 0 ? null : (lowerMembers(result) as Document) };
    },
  );
  return jsonReply(200, output, json);
}

const waitMaxSeconds = 20;
const lookAgainMs = 200;

/** Nothing is handed to a connection that was closed meanwhile: it would be hidden for nobody. */
async function receive(sqs: Sqs, input: Document, gone?: AbortSignal): Promise<Document> {
  const queue = queueOf(sqs, input);
  const max = Math.min(10, Math.max(1, numberIn(input, 'MaxNumberOfMessages', 1)));
  const hidden = numberIn(input, 'VisibilityTimeout', Number(queue.attributes.VisibilityTimeout ?? 30));
  const wait = Math.min(
    waitMaxSeconds,
    numberIn(input, 'WaitTimeSeconds', Number(queue.attributes.ReceiveMessageWaitTimeSeconds ?? 0)),
  );
  const until = sqs.clock.now() + wait * 1000;
  for (;;) {
    const now = sqs.clock.now();
    if (gone?.aborted) return {};
    redrive(sqs, queue, now);
    const found = queue.messages.filter(({ visibleAt }) => visibleAt <= now).slice(0, max);
    if (found.length > 0) return { Messages: found.map((message) => handOut(message, now, hidden)) };
    if (now >= until || !sqs.queues.has(queue.name)) return {};
    await waitForMessage(sqs, queue, Math.min(lookAgainMs, until - now), gone);
  }
}

/** Ends after so many milliseconds at the latest: a message may also be there because its hidden or delayed time is over. */
async function waitForMessage({ clock }: Sqs, { waiting }: Queue, ms: number, gone?: AbortSignal): Promise<void> {
  const woken = new AbortController();
  const wake = (): void => woken.abort();
  waiting.add(wake);
  await clock.sleep(ms, gone ? AbortSignal.any([gone, woken.signal]) : woken.signal);
  waiting.delete(wake);
}

/** A new message is for one of those who wait, and each has its turn: readers of one queue share its messages out. */
function wakeOne({ waiting }: Queue): void {
  const [first] = waiting;
  if (!first) return;
  waiting.delete(first);
  first();
}

/** Messages that were received as often as the queue's RedrivePolicy allows go to its dead-letter queue. */
function redrive(sqs: Sqs, queue: Queue, now: Instant): void {
  const policy = policyOf(queue);
  const target = policy && sqs.queues.get(policy.target);
  if (!target || target === queue) return;
  const worn = queue.messages.filter(({ visibleAt, received }) => visibleAt <= now && received >= policy.most);
  if (worn.length === 0) return;
  queue.messages = queue.messages.filter((message) => !worn.includes(message));
  for (const message of worn) target.messages.push({ ...message, receipt: '', received: 0 });
}

function policyOf({ attributes }: Queue): { readonly most: number; readonly target: string } | undefined {
  try {
    const policy: unknown = JSON.parse(attributes.RedrivePolicy ?? '');
    const target = text(own(policy, 'deadLetterTargetArn'))?.split(':').at(-1);
    return target === undefined ? undefined : { target, most: numberIn(policy, 'maxReceiveCount', 10) };
  } catch {
    return undefined;
  }
}

function handOut(message: Message, now: Instant, hiddenSeconds: number): Document {
  message.receipt = randomUUID();
  message.visibleAt = now + hiddenSeconds * 1000;
  message.received += 1;
  message.firstAt ??= now;
  return {
    MessageId: message.id,
    ReceiptHandle: message.receipt,
    Body: message.body,
    MD5OfBody: md5(message.body),
    Attributes: {
      SenderId: account,
      SentTimestamp: String(message.sentAt),
      ApproximateReceiveCount: String(message.received),
      ApproximateFirstReceiveTimestamp: String(message.firstAt),
    },
  };
}

function remove(queue: Queue, receipt: unknown): void {
  queue.messages = queue.messages.filter((message) => message.receipt === '' || message.receipt !== receipt);
}

function show(sqs: Sqs, queue: Queue, entry: unknown): void {
  const message = queue.messages.find(({ receipt }) => receipt !== '' && receipt === own(entry, 'ReceiptHandle'));
  if (!message) throw refusal('ReceiptHandleIsInvalid', 'The input receipt handle is invalid.');
  message.visibleAt = sqs.clock.now() + numberIn(entry, 'VisibilityTimeout', 0) * 1000;
}

function factsOf({ clock }: Sqs, queue: Queue): Record<string, string> {
  const now = clock.now();
  const visible = queue.messages.filter(({ visibleAt }) => visibleAt <= now).length;
  return {
    VisibilityTimeout: '30',
    ReceiveMessageWaitTimeSeconds: '0',
    MessageRetentionPeriod: '345600',
    ...queue.attributes,
    QueueArn: queueArn(queue.name),
    CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(queue.messages.length - visible),
    ApproximateNumberOfMessagesDelayed: '0',
  };
}

/** A number of a client's JSON, as such or as text; else the usual one. */
function numberIn(input: unknown, name: string, usual: number): number {
  const given = own(input, name);
  const value = typeof given === 'number' || typeof given === 'string' ? Number(given) : Number.NaN;
  return Number.isFinite(value) ? value : usual;
}

function attributesOf(input: Document): { [name: string]: string } {
  const given = own(input, 'Attributes');
  return isDocument(given)
    ? Object.fromEntries(Object.entries(given).map(([name, value]) => [name, asText(value)]))
    : {};
}

function entriesOf(input: Document): readonly unknown[] {
  const entries = own(input, 'Entries');
  return Array.isArray(entries) ? entries : [];
}

function queueOf({ queues }: Sqs, input: Document): Queue {
  const queue = queues.get(text(own(input, 'QueueUrl'))?.split('/').at(-1) ?? '');
  if (!queue) throw missing();
  return queue;
}

function missing(): AwsRefusal {
  return refusal('com.amazonaws.sqs#QueueDoesNotExist', 'The specified queue does not exist.');
}

function refusal(code: string, message: string): AwsRefusal {
  return new AwsRefusal(400, code, message);
}

function md5(body: string): string {
  return createHash('md5').update(body).digest('hex');
}
