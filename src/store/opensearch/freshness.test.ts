import assert from 'node:assert/strict';
import { test } from 'node:test';
import { virtualClock } from '../../base/virtual-clock.ts';
import type { EngineClient } from './engine-client.ts';
import { makeFreshness } from './freshness.ts';

function world() {
  const refreshed: string[] = [];
  const client = {
    deadlineMs: 1000,
    text: async ({ path }: { readonly path: string }) => {
      refreshed.push(path.slice(1, path.indexOf('/_refresh')));
      return '{"_shards":{"failed":0}}';
    },
  } as unknown as EngineClient;
  return { refreshed, freshness: makeFreshness(client, virtualClock(0), 0) };
}

const cases: readonly (readonly [name: string, asked: readonly string[], refreshed: readonly string[]])[] = [
  ['its own name', ['.trailhound-members'], ['.trailhound-members']],
  ['several names', ['.trailhound-members', '.trailhound-lease'], ['.trailhound-lease,.trailhound-members']],
  ['a pattern may mean any of ours', ['.trailhound-m*'], ['.trailhound-lease,.trailhound-members']],
  ['a name that nothing was written to may be an alias', ['.trailhound-x'], ['.trailhound-lease,.trailhound-members']],
  ['event indices are refreshed together', ['wazuh-*'], ['wazuh-a,wazuh-b']],
  ['everything', ['_all'], ['.trailhound-lease,.trailhound-members', 'wazuh-a,wazuh-b']],
];

for (const [name, asked, expected] of cases) {
  test(`what a search waits for: ${name}`, async () => {
    const { refreshed, freshness } = world();
    for (const index of ['.trailhound-lease', '.trailhound-members', 'wazuh-a', 'wazuh-b'])
      freshness.written(index, true);
    await freshness.fresh(asked);
    assert.deepEqual(refreshed, expected);
    await freshness.fresh(asked);
    assert.equal(refreshed.length, expected.length, 'nothing was written since');
    freshness.written('.trailhound-lease', true);
    await freshness.fresh(['.trailhound-members', '.trailhound-lease']);
    assert.ok(refreshed.at(-1)?.includes('.trailhound-lease'), 'what was left out before is not forgotten');
  });
}

test('an index that was written to by an alias is refreshed when the alias is searched', async () => {
  const { refreshed, freshness } = world();
  freshness.written('.trailhound-alias');
  freshness.written('.trailhound-behind', true);
  await freshness.fresh(['.trailhound-alias']);
  assert.deepEqual(refreshed, ['.trailhound-alias,.trailhound-behind']);
});
