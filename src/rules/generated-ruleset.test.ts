import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Document } from '../base/document.ts';
import { compileRules, type RuleFile } from './compile.ts';
import { decode } from './decoder.ts';
import { createEngine } from './engine.ts';
import { generatedRuleset } from './generated-ruleset.suite.ts';

const asFiles = (texts: ReadonlyMap<string, string>): RuleFile[] => [...texts].map(([name, text]) => ({ name, text }));
const { files, lists } = generatedRuleset(3000);
const compiled = compileRules({ own: asFiles(files), lists: asFiles(lists) });

test('hundreds of files load, and what is wrong in some of them costs the others nothing', () => {
  assert.equal(files.size, 300);
  assert.deepEqual(compiled.problems, []);
  assert.equal(compiled.value.rules.size, 3000);
  const broken = asFiles(files).map((file, index) =>
    index % 10 === 5 ? { ...file, text: file.text.replace('</rule>', '') } : file,
  );
  const decoders = {
    name: '0006-json_decoders.xml',
    text: '<decoder name="json"><prematch>^{\\s*"</prematch></decoder>',
  };
  const { value, problems } = compileRules({ own: [...broken, decoders], lists: asFiles(lists) });
  assert.ok(problems.length >= 30 && problems.every(({ place, line }) => place.endsWith('.xml') && line));
  assert.ok(value.rules.size > 2500, `${value.rules.size} rules`);
  assert.equal(
    compileRules({ own: asFiles(files) }).problems.filter(({ message }) => /the list/.test(message)).length,
    149,
  );
});

const word = fc.constantFrom(
  'GetObject',
  'PutBucket',
  'CreateUser',
  'ListRole',
  'DescribeInstance',
  'StartKey',
  'GetObjectV8',
);
const event = fc.record({
  eventSource: fc.constantFrom('s3.amazonaws.com', 'iam.amazonaws.com', 'ec2.amazonaws.com', 'nobody.amazonaws.com'),
  eventName: word,
  userIdentity: fc.record({
    type: fc.constantFrom('IAMUser', 'Root'),
    userName: fc.constantFrom('robot4', 'robot24', 'me'),
  }),
  userAgent: fc.constantFrom('Tool-3/1', 'tool-23/22', 'aws-cli', 'marker-2', 'other-42'),
  errorCode: fc.constantFrom('AccessDenied', 'AccessDenied', undefined),
  recipientAccountId: fc.constantFrom('100000000007', '100000000047', '1'),
  sourceIPAddress: fc.constantFrom('198.51.100.7', '203.0.113.9'),
});

test('in a large ruleset the index of children gives the answers of asking each, counting included', () => {
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 30 }), fc.boolean(), (events, strict) => {
      const indexed = createEngine(compiled.value, { strict });
      const plain = createEngine(compiled.value, { strict, indexed: false });
      for (const [second, aws] of events.entries()) {
        const given: Document = { integration: 'aws', aws: JSON.parse(JSON.stringify(aws)) };
        const answer = indexed.match(decode(given), second * 1000);
        assert.deepEqual(answer, plain.match(decode(given), second * 1000));
      }
    }),
    { numRuns: 60 },
  );
});
