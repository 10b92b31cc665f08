import { asText, type Document, isDocument, own, text } from '../../base/document.ts';
import { account, region } from '../account.ts';
import { AwsRefusal, jsonReply, type Reply } from '../exchange.ts';
import { jsonBody, lowerMembers, runManaged, type ServiceCall } from '../service-call.ts';
import { digestStart } from './delivery.ts';
import type { DigestKey } from './digest.ts';
import { type Trail, trailArn, usualSelectors } from './trail.ts';

/** What the API needs of the lab. */
export interface CloudTrail {
  readonly trails: Map<string, Trail>;
  readonly key: DigestKey;
  /** May CloudTrail write there? What the bucket's policy says. */
  checkBucket(bucket: string, prefix: string, trail: string): 'ok' | 'no-bucket' | 'refused';
}

type Operation = (cloudTrail: CloudTrail, input: Document, call: ServiceCall) => Document;

const trailsMax = 5;

const operations: Readonly<Record<string, Operation>> = {
  CreateTrail(cloudTrail, input, { request }) {
    const name = nameOf(input, 'Name');
    if (cloudTrail.trails.has(name)) {
      throw refusal('TrailAlreadyExistsException', `Trail ${name} already exists for customer: ${account}`);
    }
    if (cloudTrail.trails.size >= trailsMax) {
      throw refusal(
        'MaximumNumberOfTrailsExceededException',
        `User: ${account} already has ${trailsMax} trails in ${region}.`,
      );
    }
    const trail: Trail = {
      name,
      bucket: '',
      prefix: '',
      multiRegion: false,
      globalEvents: true,
      validation: false,
      logging: false,
      eventSelectors: usualSelectors,
      advancedEventSelectors: undefined,
      createdAt: request.at,
      startedAt: undefined,
      stoppedAt: undefined,
      deliveredAt: undefined,
      deliveryError: undefined,
      digestedAt: undefined,
      waiting: [],
      undigested: [],
      digestEnd: digestStart(request.at),
      previousDigest: undefined,
    };
    change(cloudTrail, trail, input);
    cloudTrail.trails.set(name, trail);
    return settingsOf(trail);
  },
  UpdateTrail(cloudTrail, input) {
    const trail = trailOf(cloudTrail, input, 'Name');
    change(cloudTrail, trail, input);
    return settingsOf(trail);
  },
  DeleteTrail(cloudTrail, input) {
    cloudTrail.trails.delete(trailOf(cloudTrail, input, 'Name').name);
    return {};
  },
  DescribeTrails(cloudTrail, input) {
    const named = own(input, 'trailNameList');
    const names = Array.isArray(named) ? named.map((each) => asText(each).split('/').at(-1)) : [];
    const all = [...cloudTrail.trails.values()].filter(({ name }) => names.length === 0 || names.includes(name));
    return { trailList: all.map((trail) => describe(trail)) };
  },
  GetTrail: (cloudTrail, input) => ({ Trail: describe(trailOf(cloudTrail, input, 'Name')) }),
  ListTrails: ({ trails }) => ({
    Trails: [...trails.values()].map(({ name }) => ({ TrailARN: trailArn(name), Name: name, HomeRegion: region })),
  }),
  GetTrailStatus: (cloudTrail, input) => statusOf(trailOf(cloudTrail, input, 'Name')),
  StartLogging(cloudTrail, input, { request }) {
    const trail = trailOf(cloudTrail, input, 'Name');
    trail.logging = true;
    trail.startedAt = request.at;
    return {};
  },
  StopLogging(cloudTrail, input, { request }) {
    const trail = trailOf(cloudTrail, input, 'Name');
    trail.stoppedAt = request.at;
    return {};
  },
  PutEventSelectors(cloudTrail, input) {
    const trail = trailOf(cloudTrail, input, 'TrailName');
    const basic = documents(own(input, 'EventSelectors'));
    const advanced = documents(own(input, 'AdvancedEventSelectors'));
    if ((basic === undefined) === (advanced === undefined)) {
      throw refusal(
        'InvalidEventSelectorsException',
        'Specify either EventSelectors or AdvancedEventSelectors, and not both.',
      );
    }
    for (const selector of advanced ?? []) checkAdvanced(selector);
    trail.eventSelectors = basic;
    trail.advancedEventSelectors = advanced;
    return selectorsOf(trail);
  },
  GetEventSelectors: (cloudTrail, input) => selectorsOf(trailOf(cloudTrail, input, 'TrailName')),
  ListPublicKeys: ({ key }) => ({
    PublicKeyList: [
      {
        Value: key.der.toString('base64'),
        ValidityStartTime: key.createdAt / 1000,
        ValidityEndTime: key.createdAt / 1000 + 10 * 365 * 86_400,
        Fingerprint: key.fingerprint,
      },
    ],
  }),
  ListTags: (_, input) => ({
    ResourceTagList: (Array.isArray(own(input, 'ResourceIdList'))
      ? (own(input, 'ResourceIdList') as unknown[])
      : []
    ).map((ResourceId) => ({ ResourceId, TagsList: [] })),
  }),
  AddTags: () => ({}),
};

/** `X-Amz-Target: …CloudTrail_20131101.StopLogging` with a JSON body. */
export function answerCloudTrail(cloudTrail: CloudTrail, call: ServiceCall): Reply {
  const name = (call.request.headers['x-amz-target'] ?? '').split('.').at(-1) ?? '';
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (!operation) throw refusal('InvalidAction', `The lab's CloudTrail has no operation ${name}.`);
  const input = jsonBody(call.request);
  const readOnly = /^(Get|Describe|List)/.test(name);
  const output = runManaged(
    call,
    { eventSource: 'cloudtrail.amazonaws.com', eventName: name, readOnly, action: `cloudtrail:${name}` },
    { requestParameters: Object.keys(input).length === 0 ? null : (lowerMembers(input) as Document) },
    () => {
      const result = operation(cloudTrail, input, call);
      return { result, responseElements: Object.keys(result).length === 0 ? null : (lowerMembers(result) as Document) };
    },
  );
  // The call that stops a trail is the last one that it tells.
  if (name === 'StopLogging') trailOf(cloudTrail, input, 'Name').logging = false;
  return jsonReply(200, output, { 'content-type': 'application/x-amz-json-1.1' });
}

function change({ checkBucket }: CloudTrail, trail: Trail, input: Document): void {
  const bucket = text(own(input, 'S3BucketName')) ?? trail.bucket;
  const prefix = text(own(input, 'S3KeyPrefix')) ?? trail.prefix;
  if (bucket === '') throw refusal('InvalidS3BucketNameException', 'Bucket name cannot be blank!');
  const verdict = checkBucket(bucket, prefix, trail.name);
  if (verdict === 'no-bucket') {
    throw refusal('S3BucketDoesNotExistException', `S3 bucket ${bucket} does not exist!`, 404);
  }
  if (verdict === 'refused') {
    throw refusal(
      'InsufficientS3BucketPolicyException',
      `Incorrect S3 bucket policy is detected for bucket: ${bucket}`,
      403,
    );
  }
  trail.bucket = bucket;
  trail.prefix = prefix;
  const flag = (name: string, before: boolean): boolean => {
    const value = own(input, name);
    return typeof value === 'boolean' ? value : before;
  };
  trail.multiRegion = flag('IsMultiRegionTrail', trail.multiRegion);
  trail.globalEvents = flag('IncludeGlobalServiceEvents', trail.globalEvents);
  trail.validation = flag('EnableLogFileValidation', trail.validation);
}

function checkAdvanced(selector: Document): void {
  const fields = documents(own(selector, 'FieldSelectors')) ?? [];
  const category = fields.find((field) => own(field, 'Field') === 'eventCategory');
  const values = own(category, 'Equals');
  if (!Array.isArray(values) || values.length !== 1) {
    throw refusal(
      'InvalidEventSelectorsException',
      'Each advanced event selector needs the field eventCategory with one value.',
    );
  }
}

/** `Name` may be a trail's name or its ARN. */
function nameOf(input: Document, member: string): string {
  const name = text(own(input, member))?.split('/').at(-1) ?? '';
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{1,126}[A-Za-z0-9]$/.test(name)) {
    throw refusal(
      'InvalidTrailNameException',
      'Trail name must be 3 to 128 letters, digits, periods, underscores and dashes.',
    );
  }
  return name;
}

function trailOf({ trails }: CloudTrail, input: Document, member: string): Trail {
  const name = nameOf(input, member);
  const trail = trails.get(name);
  if (trail) return trail;
  throw refusal('TrailNotFoundException', `Unknown trail: ${trailArn(name)} for the user: ${account}`, 404);
}

function settingsOf(trail: Trail): Document {
  return {
    Name: trail.name,
    S3BucketName: trail.bucket,
    ...(trail.prefix ? { S3KeyPrefix: trail.prefix } : {}),
    IncludeGlobalServiceEvents: trail.globalEvents,
    IsMultiRegionTrail: trail.multiRegion,
    TrailARN: trailArn(trail.name),
    LogFileValidationEnabled: trail.validation,
    IsOrganizationTrail: false,
  };
}

function describe(trail: Trail): Document {
  const data = documents(trail.advancedEventSelectors ?? trail.eventSelectors) ?? [];
  return {
    ...settingsOf(trail),
    HomeRegion: region,
    HasCustomEventSelectors: data !== usualSelectors,
    HasInsightSelectors: false,
  };
}

function statusOf(trail: Trail): Document {
  const at = (name: string, value: number | undefined): Document =>
    value === undefined ? {} : { [name]: value / 1000 };
  return {
    IsLogging: trail.logging,
    ...at('StartLoggingTime', trail.startedAt),
    ...at('StopLoggingTime', trail.stoppedAt),
    ...at('LatestDeliveryTime', trail.deliveredAt),
    ...at('LatestDigestDeliveryTime', trail.digestedAt),
    ...(trail.deliveryError ? { LatestDeliveryError: trail.deliveryError } : {}),
  };
}

function selectorsOf({ name, eventSelectors, advancedEventSelectors }: Trail): Document {
  return {
    TrailARN: trailArn(name),
    ...(advancedEventSelectors
      ? { AdvancedEventSelectors: advancedEventSelectors }
      : { EventSelectors: eventSelectors }),
  };
}

function documents(value: unknown): readonly Document[] | undefined {
  return Array.isArray(value) ? value.filter(isDocument) : undefined;
}

function refusal(code: string, message: string, status = 400): AwsRefusal {
  return new AwsRefusal(status, code, message);
}
