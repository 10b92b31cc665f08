import assert from 'node:assert/strict';
import { test } from 'node:test';
import { doorOf } from './event-access.ts';
import { exposureOf } from './event-exposure.ts';

function record(eventName: string, requestParameters: object): object {
  return {
    eventSource: 'lambda.amazonaws.com',
    eventName,
    awsRegion: 'eu-west-1',
    recipientAccountId: '111122223333',
    requestParameters,
  };
}

test('a function has one name, however the caller wrote it', () => {
  const whole = 'arn:aws:lambda:eu-west-1:111122223333:function:f';
  const doors: readonly (readonly [string, string])[] = [
    ['f', 'f'],
    ['f:live', 'f:live'],
    [whole, 'f'],
    [`${whole}:live`, 'f:live'],
    ['111122223333:function:f', 'f'],
    [whole.replace('eu-west-1', 'eu-west-2'), whole.replace('eu-west-1', 'eu-west-2')],
    [whole.replace('1111', '9999'), whole.replace('1111', '9999')],
  ];
  for (const [functionName, name] of doors) {
    const url = record('CreateFunctionUrlConfig', { functionName, authType: 'NONE' });
    assert.equal(exposureOf(url)?.door.name, name, functionName);
    assert.equal(doorOf(record('Invoke', { functionName }))?.name, name, functionName);
  }
  const policy = record('PutResourcePolicy', { resourceArn: whole, policy: '{}' });
  assert.equal(exposureOf(policy)?.door.name, 'f');
});
