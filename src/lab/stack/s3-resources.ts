import { type Document, isDocument, own } from '../../base/document.ts';
import { account, randomText, region } from '../account.ts';
import { namespace } from '../s3/acl.ts';
import { bucketArn } from '../s3/bucket.ts';
import { queueArn } from '../sqs.ts';
import { type XmlValue, xmlText } from '../xml.ts';
import { flag, type Hands, type Made, many, member, type ResourceType, type Wanted } from './resource.ts';

const cannedAcls: Readonly<Record<string, string>> = {
  Private: 'private',
  PublicRead: 'public-read',
  PublicReadWrite: 'public-read-write',
  AuthenticatedRead: 'authenticated-read',
  LogDeliveryWrite: 'log-delivery-write',
};

export const bucket: ResourceType = {
  name: 'AWS::S3::Bucket',
  properties: [
    'BucketName',
    'PublicAccessBlockConfiguration',
    'OwnershipControls',
    'AccessControl',
    'NotificationConfiguration',
  ],
  ignored: ['Tags', 'BucketEncryption', 'LifecycleConfiguration'],
  async create(hands, wanted) {
    const name = member(wanted.properties, 'BucketName') ?? generatedName(wanted);
    await hands.s3('PUT', name, '', '');
    try {
      await configure(hands, name, wanted.properties);
    } catch (error) {
      await hands.s3('DELETE', name, '', '');
      throw error;
    }
    return described(name);
  },
  async update(hands, wanted, made) {
    const name = member(wanted.properties, 'BucketName');
    if (name !== undefined && name !== made.physicalId)
      throw new Error('BucketName cannot be changed: delete the stack first');
    await configure(hands, made.physicalId, wanted.properties);
    return made;
  },
  remove: async (hands, made) => void (await hands.s3('DELETE', made.physicalId, '', '')),
};

function described(name: string): Made {
  return {
    physicalId: name,
    attributes: {
      Arn: bucketArn(name),
      DomainName: `${name}.s3.amazonaws.com`,
      RegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
      WebsiteURL: `http://${name}.s3-website-${region}.amazonaws.com`,
    },
  };
}

/** `stack-logicalid-xxxxxxxxxxxx`. */
function generatedName({ stackName, logicalId }: Wanted): string {
  const end = randomText('abcdefghijklmnopqrstuvwxyz0123456789', 12);
  return `${stackName.toLowerCase().slice(0, 24)}-${logicalId.toLowerCase().slice(0, 24)}-${end}`;
}

async function configure(hands: Hands, name: string, properties: Document): Promise<void> {
  const block = own(properties, 'PublicAccessBlockConfiguration');
  if (isDocument(block)) {
    const value: { [name: string]: XmlValue } = {};
    for (const each of ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets']) {
      value[each] = flag(own(block, each)) ?? false;
    }
    await hands.s3('PUT', name, '', 'publicAccessBlock', xmlText('PublicAccessBlockConfiguration', value, namespace));
  }
  const [rule] = many(own(own(properties, 'OwnershipControls'), 'Rules'));
  const ownership = member(rule, 'ObjectOwnership');
  if (ownership !== undefined) {
    const body = xmlText('OwnershipControls', { Rule: { ObjectOwnership: ownership } }, namespace);
    await hands.s3('PUT', name, '', 'ownershipControls', body);
  }
  const acl = member(properties, 'AccessControl');
  if (acl !== undefined) {
    await hands.s3('PUT', name, '', 'acl', undefined, { 'x-amz-acl': cannedAcls[acl] ?? acl });
  }
  const queues = many(own(own(properties, 'NotificationConfiguration'), 'QueueConfigurations'));
  if (queues.length > 0) {
    const value = {
      QueueConfiguration: queues.map((each): XmlValue => {
        const rules = many(own(own(own(each, 'Filter'), 'S3Key'), 'Rules'));
        const filter = rules.map((one) => ({ Name: member(one, 'Name') ?? '', Value: member(one, 'Value') ?? '' }));
        return {
          Queue: member(each, 'Queue') ?? '',
          Event: member(each, 'Event') ?? '',
          ...(filter.length > 0 ? { Filter: { S3Key: { FilterRule: filter } } } : {}),
        };
      }),
    };
    await hands.s3('PUT', name, '', 'notification', xmlText('NotificationConfiguration', value, namespace));
  }
}

export const bucketPolicy: ResourceType = {
  name: 'AWS::S3::BucketPolicy',
  properties: ['Bucket', 'PolicyDocument'],
  async create(hands, { properties }) {
    const name = member(properties, 'Bucket') ?? '';
    await hands.s3('PUT', name, '', 'policy', JSON.stringify(own(properties, 'PolicyDocument') ?? {}));
    return { physicalId: name, attributes: {} };
  },
  update: (hands, wanted) => bucketPolicy.create(hands, wanted),
  remove: async (hands, made) => void (await hands.s3('DELETE', made.physicalId, '', 'policy')),
};

export const queue: ResourceType = {
  name: 'AWS::SQS::Queue',
  properties: ['QueueName', 'VisibilityTimeout', 'ReceiveMessageWaitTimeSeconds', 'MessageRetentionPeriod'],
  ignored: ['Tags', 'RedrivePolicy', 'SqsManagedSseEnabled'],
  async create(hands, wanted) {
    const { QueueName, Tags: _, RedrivePolicy: __, SqsManagedSseEnabled: ___, ...attributes } = wanted.properties;
    const name = typeof QueueName === 'string' ? QueueName : generatedName(wanted);
    const { QueueUrl } = await hands.sqs('CreateQueue', { QueueName: name, Attributes: attributes });
    return {
      physicalId: String(QueueUrl),
      attributes: { Arn: queueArn(name), QueueName: name, QueueUrl: String(QueueUrl) },
    };
  },
  remove: async (hands, made) => void (await hands.sqs('DeleteQueue', { QueueUrl: made.physicalId })),
};

export const queuePolicy: ResourceType = {
  name: 'AWS::SQS::QueuePolicy',
  properties: ['Queues', 'PolicyDocument'],
  async create(hands, { properties, logicalId }) {
    const Policy = JSON.stringify(own(properties, 'PolicyDocument') ?? {});
    for (const QueueUrl of many(own(properties, 'Queues'))) {
      await hands.sqs('SetQueueAttributes', { QueueUrl, Attributes: { Policy } });
    }
    return { physicalId: logicalId, attributes: {} };
  },
  remove: async () => {},
};

/** Taken as far as access logs need it: where a stage's lines go. */
export const stream: ResourceType = {
  name: 'AWS::KinesisFirehose::DeliveryStream',
  properties: ['DeliveryStreamName', 'ExtendedS3DestinationConfiguration'],
  ignored: ['DeliveryStreamType', 'Tags'],
  async create(hands, wanted) {
    const name = member(wanted.properties, 'DeliveryStreamName') ?? generatedName(wanted);
    const destination = own(wanted.properties, 'ExtendedS3DestinationConfiguration');
    const target = (member(destination, 'BucketARN') ?? '').split(':').at(-1) ?? '';
    hands.streams.put({
      name,
      bucket: target,
      prefix: member(destination, 'Prefix') ?? '',
      extension: member(destination, 'FileExtension') ?? '.gz',
    });
    return { physicalId: name, attributes: { Arn: streamArn(name) } };
  },
  remove: async (hands, made) => hands.streams.remove(made.physicalId),
};

export function streamArn(name: string): string {
  return `arn:aws:firehose:${region}:${account}:deliverystream/${name}`;
}

/** Taken without effect: what the lab's services may do they may do without a role. */
export const role: ResourceType = {
  name: 'AWS::IAM::Role',
  properties: ['RoleName', 'AssumeRolePolicyDocument', 'Policies', 'ManagedPolicyArns', 'Description', 'Path', 'Tags'],
  capability: true,
  create: async (_, wanted) => {
    const name = member(wanted.properties, 'RoleName') ?? generatedName(wanted);
    return {
      physicalId: name,
      attributes: { Arn: `arn:aws:iam::${account}:role/${name}`, RoleId: `AROA${'0'.repeat(17)}` },
    };
  },
  remove: async () => {},
};
