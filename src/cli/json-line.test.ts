import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonLine } from './json-line.ts';

test('a JSON line cannot steer a terminal, and says the same', () => {
  const value = { agent: '\u202Eevil\u009b31m\u2028\u007f\u001b[0m', 'k\u2066': ['ü', '日本', '"', '\n'] };
  const line = jsonLine(value);
  assert.deepEqual(JSON.parse(line), value);
  assert.match(line, /^[^\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]*$/);
});
