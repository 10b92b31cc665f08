import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Document } from '../../src/base/document.ts';
import { shared } from '../program.ts';
import { difference } from './answer.ts';
import { clean, type Engine, type EngineAnswer, engines, readAsWritten } from './engines.ts';

/** Every recorded suite, played on both engines: each case must be answered here as the original answers it now. */
interface Suite {
  readonly name: string;
  readonly setup?: readonly (readonly [string, string, unknown])[];
  readonly docs?: Readonly<Record<string, readonly Document[]>>;
  readonly cases: readonly {
    readonly name: string;
    readonly method?: string;
    readonly path: string;
    readonly body?: unknown;
    /** Its answer changes from call to call: it is sent, as a part of the story, and not compared. */
    readonly volatile?: boolean;
    readonly response?: unknown;
  }[];
}

/** What stays different, with its reason (docs/COMPATIBILITY.md). A case that no longer differs fails here. */
const ignored = '_ignored is not kept';
const differs: Readonly<Record<string, string>> = {
  'api: sort_score': 'scores count boosts only',
  'api: script_fields': 'there are no scripts',
  'api: cat_aliases': 'in the order of the indices; there it is that of a hash table',
  'api: stats': 'replaced and deleted documents are not counted',
  'dynmap: im_s': ignored,
  'dynmap: im_s2': ignored,
};

const both = await engines();
const folder = join(shared, 'reference', 'dsl', 'recorded');

if (both) {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
    const suite = readAsWritten(readFileSync(join(folder, file), 'utf8')) as Suite;
    test(`recorded ${suite.name}`, async (t) => {
      const [real, ours] = await Promise.all([play(both.real, suite), play(both.ours, suite)]);
      for (const [index, recorded] of suite.cases.entries()) {
        if (recorded.volatile) continue;
        await t.test(recorded.name.slice(0, 120), () => {
          const found = difference(real[index] as EngineAnswer, ours[index] as EngineAnswer, recorded.response);
          const reason = differs[`${suite.name}: ${recorded.name}`];
          if (reason === undefined) assert.equal(found, undefined);
          else assert.notEqual(found, undefined, `no longer differs: ${reason}`);
        });
      }
    });
  }
}

async function play(engine: Engine, suite: Suite): Promise<EngineAnswer[]> {
  await clean(engine);
  for (const [method, path, body] of suite.setup ?? []) await engine.call(method, url(path), body ?? undefined);
  for (const [index, documents] of Object.entries(suite.docs ?? {})) {
    for (const [number, { _id, ...source }] of documents.entries()) {
      await engine.call('PUT', `/${index}/_doc/${_id ?? number + 1}`, source);
    }
  }
  await engine.call('POST', '/_refresh');
  const answers: EngineAnswer[] = [];
  for (const { method = 'POST', path, body } of suite.cases) {
    answers.push(await engine.call(method, url(path), body ?? undefined));
  }
  return answers;
}

/** The recordings write paths for people. */
function url(path: string): string {
  return encodeURI(path).replaceAll('%25', '%').replaceAll('#', '%23');
}
