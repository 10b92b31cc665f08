import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { at } from '../base/document.ts';
import { virtualClock } from '../base/virtual-clock.ts';
import { compileRules } from '../rules/compile.ts';
import { createEngine } from '../rules/engine.ts';
import { type LogtestAnswer, linesIn, logtestLine } from './logtest.ts';

const rule = readFileSync(new URL('../../content/rules/0500-guide-s3-data-events.xml', import.meta.url), 'utf8');
const compiled = compileRules({ shipped: [{ name: '0500-guide.xml', text: rule }] });

function ask(text: string, strict = false): LogtestAnswer {
  const engine = createEngine(compiled.value, { strict });
  return logtestLine(text, 'lines.jsonl', 3, { engine, clock: virtualClock(Date.UTC(2026, 10, 23)), strict });
}

const record = {
  eventVersion: '1.11',
  eventSource: 's3.amazonaws.com',
  eventName: 'GetObject',
  eventCategory: 'Data',
  eventTime: '2026-11-23T00:00:00Z',
  eventID: 'e-1',
  userIdentity: { type: 'AWSAccount', principalId: '', accountId: 'anonymous' },
};
const aws = { ...record, source: 'cloudtrail' };
const document = { location: 'Wazuh-AWS', data: { integration: 'aws', aws } };

test('the four kinds of input, and what fires', () => {
  const cases: [name: string, input: unknown, strict: boolean, id: string | undefined][] = [
    ['a record', record, false, '119500'],
    ['an event', { integration: 'aws', aws }, false, '119500'],
    ['a document', document, false, '119500'],
    ['an event as it stands', { hello: 'world' }, false, undefined],
    ['a management record meets the floor', { ...record, eventCategory: 'Management' }, false, '119999'],
    ['strict: a record is silent, as on a real Wazuh', record, true, undefined],
    ['strict: a document fed in again fires', document, true, '119500'],
  ];
  for (const [name, input, strict, id] of cases) assert.equal(ask(JSON.stringify(input), strict).rule?.id, id, name);
});

test('the answer is the rule in Wazuh words and the document that would be stored', () => {
  const answer = ask(JSON.stringify(record));
  assert.deepEqual(answer.rule, {
    id: '119500',
    level: 5,
    description: 'AWS CloudTrail S3 Data Event detected',
    groups: ['aws', 'cloudtrail', 's3', 'data_events'],
  });
  assert.equal(at(answer.document, 'data.aws.userIdentity.principalId'), 'Anonymous');
  assert.equal(at(ask(JSON.stringify(record), true).document, 'data.aws.userIdentity.principalId'), undefined);
});

test('a line that holds records is as many lines; any other is one', () => {
  const other = { ...record, eventID: 'e-2' };
  const both = [JSON.stringify(record), JSON.stringify(other)];
  const looked = (event: object) => ({ EventId: 'e', CloudTrailEvent: JSON.stringify(event) });
  for (const [input, lines] of [
    [{ Records: [record, other] }, both],
    [{ version: '0', 'detail-type': 'AWS API Call via CloudTrail', detail: record }, [JSON.stringify(record)]],
    [{ Events: [looked(record), looked(other)] }, both],
    [looked(record), [JSON.stringify(record)]],
  ] as const) {
    assert.deepEqual(linesIn(JSON.stringify(input)), lines);
  }
  for (const input of [
    record,
    document,
    { integration: 'aws', aws },
    { Records: [] },
    { Records: [1] },
    { detail: 'x' },
  ]) {
    assert.deepEqual(linesIn(JSON.stringify(input)), [JSON.stringify(input)]);
  }
  for (const text of ['{"Records":', 'plain "Records"', '']) assert.deepEqual(linesIn(text), [text]);
});

test('what is no JSON object is a problem with file and line', () => {
  for (const text of ['{broken', '[]', '7', 'null']) {
    const answer = ask(text);
    assert.deepEqual([answer.rule, answer.document], [null, null]);
    assert.deepEqual([answer.problems[0]?.place, answer.problems[0]?.line], ['lines.jsonl', 3]);
  }
});
