import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { parse } from 'yaml';
import { isDocument } from '../base/document.ts';
import type { TestServer } from './server.suite.ts';

interface Step {
  /** Method and path. */
  readonly call: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** 200 where it is left out. */
  readonly status?: number;
  /** What the answer must hold: objects may have more keys, lists are as long; `/…/` is a pattern, `<any>` anything. */
  readonly expect?: unknown;
  /** Keys that the answer must not have. */
  readonly absent?: readonly string[];
  /** The answer as text, whole or as a pattern. */
  readonly text?: string;
}

interface Case {
  readonly case: string;
  /** A case of what is ours alone. */
  readonly only?: 'trailhound';
  readonly steps: readonly Step[];
}

const folder = new URL('./cases/', import.meta.url);

/**
 * Wire behaviour as data: each case of `cases/*.yaml` on what `start` gives: this server in the tests beside the code, the
 * whole program and a real OpenSearch in test/opensearch. What the real one answers is the truth. `start` empties it.
 */
export function apiCases(
  label: string,
  start: (test: TestContext) => Promise<TestServer['call']>,
  engine: 'opensearch' | 'trailhound' = 'trailhound',
): void {
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  test(`${label}there are cases`, () => assert.ok(files.length >= 4));
  for (const file of files) {
    const cases = parse(readFileSync(new URL(file, folder), 'utf8')) as readonly Case[];
    for (const { case: name, steps, only } of cases) {
      if (only !== undefined && only !== engine) continue;
      test(`${label}${file}: ${name}`, async (t) => {
        const call = await start(t);
        for (const [at, step] of steps.entries()) await run(step, `step ${at + 1}: ${step.call}`, call);
      });
    }
  }
}

async function run(step: Step, where: string, call: TestServer['call']): Promise<void> {
  const [method = '', path = ''] = step.call.split(/ (.*)/s);
  const answer = await call(method, path, step.body, step.headers);
  assert.equal(answer.status, step.status ?? 200, `${where}: ${answer.text}`);
  if (step.expect !== undefined) holds(answer.body, step.expect, where);
  for (const key of step.absent ?? []) assert.equal(Object.hasOwn(answer.body, key), false, `${where}: ${key}`);
  if (step.text?.startsWith('/')) assert.match(answer.text, new RegExp(step.text.slice(1, -1)), where);
  else if (step.text !== undefined) assert.equal(answer.text, step.text, where);
}

function holds(given: unknown, expected: unknown, where: string): void {
  if (expected === '<any>') {
    assert.notEqual(given, undefined, where);
  } else if (typeof expected === 'string' && /^\/.+\/$/s.test(expected)) {
    assert.match(String(given), new RegExp(expected.slice(1, -1)), where);
  } else if (Array.isArray(expected)) {
    assert.ok(Array.isArray(given), `${where}: no list: ${JSON.stringify(given)}`);
    assert.equal(given.length, expected.length, `${where}: ${JSON.stringify(given)}`);
    for (const [at, entry] of expected.entries()) holds(given[at], entry, `${where}[${at}]`);
  } else if (isDocument(expected)) {
    assert.ok(isDocument(given), `${where}: no object: ${JSON.stringify(given)}`);
    for (const [key, value] of Object.entries(expected)) holds(given[key], value, `${where}.${key}`);
  } else {
    assert.deepEqual(given, expected, where);
  }
}
