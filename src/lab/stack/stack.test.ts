import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wants } from '../cloudtrail/selectors.ts';
import { evaluate, type Scope } from './intrinsics.ts';
import { inOrder } from './stack.ts';
import { readTemplate } from './template.ts';

const template = readTemplate(`
Parameters: {Env: {Type: String, Default: prod}, Names: {Type: CommaDelimitedList}}
Mappings: {Sizes: {prod: {n: 3}, dev: {n: 1}}}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  Either: !Or [!Condition IsProd, !Equals [a, b]]
  Neither: !Not [!Condition Either]
Resources:
  B: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub 'x-\${A}'}}
  A: {Type: AWS::SQS::Queue}
  C: {Type: AWS::SQS::Queue, DependsOn: B, Condition: Neither}
`);
const scope: Scope = {
  template,
  stackName: 'demo',
  stackId: 'arn:demo',
  parameters: new Map([
    ['Env', 'prod'],
    ['Names', 'a, b'],
  ]),
  made: new Map([['A', { physicalId: 'queue-1', attributes: { Arn: 'arn:a' } }]]),
  exported: (name) => (name === 'shared' ? 'value' : undefined),
};

const cases: readonly (readonly [written: string, means: unknown])[] = [
  ['!Ref A', 'queue-1'],
  ['!Ref AWS::AccountId', '000000000000'],
  ['!GetAtt A.Arn', 'arn:a'],
  ['!GetAtt [A, Arn]', 'arn:a'],
  ["!Sub '${A}/${A.Arn}/${AWS::Region}/${!Literal}'", 'queue-1/arn:a/us-east-1/${Literal}'],
  ["!Sub ['${V}-${A}', {V: !Ref Env}]", 'prod-queue-1'],
  ["!Join ['-', [a, !Ref Env]]", 'a-prod'],
  ["!Select [1, !Split ['.', a.b.c]]", 'b'],
  ['!Select [1, !Ref Names]', 'b'],
  ['!If [IsProd, yes, no]', 'yes'],
  ['!If [Neither, yes, !Ref AWS::NoValue]', undefined],
  ['[1, !Ref AWS::NoValue]', [1]],
  ['{a: !Ref AWS::NoValue, b: !FindInMap [Sizes, !Ref Env, n]}', { b: 3 }],
  ['!ImportValue shared', 'value'],
  ['{Fn::Base64: hi}', 'aGk='],
];

test('intrinsic functions in their short and long forms', () => {
  for (const [written, means] of cases) {
    const body = readTemplate(`Resources: {X: {Type: T, Properties: {V: ${written}}}}`);
    assert.deepEqual(evaluate(body.resources.get('X')?.properties.V, scope), means, written);
  }
});

test('resources come after those that they speak of, and only where their condition holds', () => {
  assert.deepEqual(
    inOrder(template, scope).map(([name]) => name),
    ['A', 'B'],
  );
});

test('what is wrong with a template is told by name', () => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['Resources: {}\nX: !Nope 1', /unknown tag !Nope/],
    ['A: &a 1\nB: *a\nResources: {}', /aliases/],
    ['{"Resources": []}', /At least one Resources member/],
    ['Resources: {X: {}}', /\[\/Resources\/X\] Every Resources object must contain a Type/],
    ['Resources: [', /Template format error/],
  ];
  for (const [source, message] of wrong) assert.throws(() => readTemplate(source), message, source);
  for (const [written, message] of [
    ['!Ref Missing', /Unresolved resource dependencies \[Missing\]/],
    ['!GetAtt A.Nothing', /does not support attribute type Nothing/],
    ['!ImportValue gone', /No export named gone/],
  ] as const) {
    const body = readTemplate(`Resources: {X: {Type: T, Properties: {V: ${written}}}}`);
    assert.throws(() => evaluate(body.resources.get('X')?.properties.V, scope), message);
  }
});

const read = {
  eventCategory: 'Data',
  eventSource: 's3.amazonaws.com',
  eventName: 'GetObject',
  readOnly: true,
  resources: [
    { type: 'AWS::S3::Object', ARN: 'arn:aws:s3:::b/config/x' },
    { type: 'AWS::S3::Bucket', ARN: 'arn:aws:s3:::b' },
  ],
};
const change = { eventCategory: 'Management', eventSource: 'kms.amazonaws.com', eventName: 'Encrypt', readOnly: false };
const basic = (fields: object): object => ({
  eventSelectors: [{ ReadWriteType: 'All', IncludeManagementEvents: true, DataResources: [], ...fields }],
});
const objects = (...Values: string[]): object => ({ DataResources: [{ Type: 'AWS::S3::Object', Values }] });
const advanced = (...fields: object[]): object => ({
  advancedEventSelectors: [
    {
      FieldSelectors: [
        { Field: 'eventCategory', Equals: ['Data'] },
        { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
        ...fields,
      ],
    },
  ],
});

test('a trail logs what its event selectors ask for', () => {
  const table: readonly (readonly [selectors: object, record: object, wanted: boolean])[] = [
    [basic({}), change, true],
    [basic({}), read, false],
    [basic({ ReadWriteType: 'ReadOnly' }), change, false],
    [basic({ IncludeManagementEvents: false }), change, false],
    [basic({ ExcludeManagementEventSources: ['kms.amazonaws.com'] }), change, false],
    [basic(objects('arn:aws:s3')), read, true],
    [basic(objects('arn:aws:s3:::')), read, true],
    [basic(objects('arn:aws:s3:::b/config/')), read, true],
    [basic(objects('arn:aws:s3:::b/other/')), read, false],
    [basic({ ...objects('arn:aws:s3'), ReadWriteType: 'WriteOnly' }), read, false],
    [advanced(), read, true],
    [advanced(), change, false],
    [advanced({ Field: 'resources.ARN', StartsWith: ['arn:aws:s3:::b/'] }), read, true],
    [advanced({ Field: 'resources.ARN', NotStartsWith: ['arn:aws:s3:::b/'] }), read, false],
    [advanced({ Field: 'readOnly', Equals: ['false'] }), read, false],
    [advanced({ Field: 'eventName', NotEquals: ['GetObject'] }), read, false],
    [advanced({ Field: 'eventName', EndsWith: ['Object'] }), read, true],
  ];
  for (const [selectors, record, wanted] of table) {
    const trail = { eventSelectors: undefined, advancedEventSelectors: undefined, ...selectors };
    assert.equal(wants(trail as never, record as never), wanted, JSON.stringify([selectors, record]));
  }
});
