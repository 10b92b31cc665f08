import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type KnownName,
  knownDocumentField,
  knownEventField,
  similarDocumentField,
  similarEventField,
} from './event-names.ts';

test('names of events and of documents', () => {
  const cases: readonly [name: string, event: KnownName, document: KnownName][] = [
    ['aws.eventName', 'field', 'unknown'],
    ['AWS.EVENTNAME', 'field', 'unknown'],
    ['data.aws.eventName', 'unknown', 'field'],
    ['data.aws.eventname', 'unknown', 'unknown'],
    ['aws.userIdentity', 'object', 'unknown'],
    ['data.aws.userIdentity', 'unknown', 'object'],
    ['aws.requestParameters.any.thing', 'field', 'unknown'],
    ['aws.requestParameters', 'object', 'unknown'],
    ['aws.userIdentity.nope', 'unknown', 'unknown'],
    ['aws.resources', 'field', 'unknown'],
    ['data.aws.resources', 'unknown', 'object'],
    ['timestamp', 'unknown', 'field'],
    ['rule.id', 'unknown', 'field'],
    ['rule', 'unknown', 'object'],
    ['__proto__', 'unknown', 'unknown'],
    ['constructor', 'unknown', 'unknown'],
  ];
  for (const [name, event, document] of cases)
    assert.deepEqual([knownEventField(name), knownDocumentField(name)], [event, document], name);
});

test('what was probably meant', () => {
  assert.equal(similarEventField('aws.eventNam'), 'aws.eventName');
  assert.equal(similarEventField('aws.userName'), 'aws.userIdentity.userName');
  assert.equal(similarDocumentField('data.aws.eventname'), 'data.aws.eventName');
  assert.equal(similarDocumentField('eventName'), 'data.aws.eventName');
  assert.equal(similarEventField('zzzzzzzz'), undefined);
});
