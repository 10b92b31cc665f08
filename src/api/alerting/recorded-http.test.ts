import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { openAlerting } from '../../alerting/alerting.ts';
import { alertsIndex, configIndex } from '../../alerting/system-index.ts';
import { type Document, isDocument, own } from '../../base/document.ts';
import { keptLog } from '../../base/log.ts';
import { virtualClock } from '../../base/virtual-clock.ts';
import { mappingJson } from '../../query/mapping.ts';
import { openMemory } from '../../store/memory.ts';
import { startServer } from '../server.suite.ts';

/** Recordings of OpenSearch 2.19.4 that concern the HTTP layer and the mappings, and not one route alone. */

function recorded(name: string): Document {
  return JSON.parse(readFileSync(new URL(`../../../test/recorded/${name}.json`, import.meta.url), 'utf8')) as Document;
}

/** Where the answer differs, and why. */
const exchanges: readonly [name: string, status: number, error: RegExp, why: string][] = [
  ['create-invalid-json', 400, /Unexpected end/i, 'bad input is 400, not 500'],
  [
    'method-not-allowed',
    405,
    /^Incorrect HTTP method for uri \[.*\] and method \[PATCH\], allowed: \[/,
    'the same; the methods in another order',
  ],
  ['workflow-search', 501, /^Composite monitors/, 'composite monitors come later'],
];

test('what the HTTP layer answers', async (t) => {
  const server = await startServer(t);
  for (const [name, status, error, why] of exchanges) {
    const { request, response } = recorded(`alerting-http/${name}`) as { request: Document; response: Document };
    const body = request.body ?? undefined;
    const answer = await fetch(`${server.url}${String(request.path)}`, {
      method: String(request.method),
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      headers: { 'content-type': 'application/json' },
    });
    const json: unknown = await answer.json();
    assert.equal(answer.status, status, `${name}: ${why}; recorded ${String(response.status)}`);
    const told = own(json, 'error');
    assert.match(String(isDocument(told) ? told.reason : told), error, name);
  }
});

/** Fields whose type differs, and why. */
const otherTypes: Readonly<Record<string, string>> = {
  'monitor.owner': 'asked for whole only',
  'agg_alert_content.bucket': 'a bucket may hold anything; it is kept and not searched',
};

for (const [file, index, whole] of [
  ['mapping-alerts', alertsIndex, true],
  ['mapping-config', configIndex, false],
] as const) {
  test(`the fields of ${index} are those of the original`, async () => {
    const clock = virtualClock(0);
    const store = openMemory({ clock });
    await openAlerting({ store, clock, log: keptLog() });
    const [info] = await store.indices(index);
    assert.ok(info);
    const ours = typesOf(mappingJson(info.mapping));
    const theirs = typesOf((recorded(`alerting-mapping/${file}`)[index] as Document).mappings as Document);
    let compared = 0;
    for (const [field, type] of theirs) {
      if (Object.keys(otherTypes).some((other) => field === other || field.startsWith(`${other}.`))) continue;
      // What nobody asks for in the config index has no field here.
      if (!whole && !ours.has(field)) continue;
      compared++;
      assert.equal(ours.get(field), type, field);
    }
    assert.ok(compared >= 7, `only ${compared} fields were compared`);
  });
}

function typesOf(mapping: Document, path = ''): ReadonlyMap<string, string> {
  const types = new Map<string, string>();
  for (const part of ['properties', 'fields'] as const) {
    for (const [name, node] of Object.entries((mapping[part] ?? {}) as Document)) {
      if (!isDocument(node)) continue;
      const full = path === '' ? name : `${path}.${name}`;
      if (typeof node.type === 'string') types.set(full, node.type);
      for (const [inner, type] of typesOf(node, full)) types.set(inner, type);
    }
  }
  return types;
}
