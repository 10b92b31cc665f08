import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { yieldToLoop } from '../base/clock.ts';
import { fieldAt, parseMapping } from '../query/mapping.ts';
import { makeHotSegment } from './segment/hot-segment.ts';
import { makeColumnCache, segmentColumns } from './segment-columns.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

test('who holds on to a segment of a search does not hold on to its columns', async () => {
  const mapping = parseMapping({ properties: { name: { type: 'keyword' } } });
  const segment = makeHotSegment(0);
  segment.add({ first: 1, count: 3, index: 1 }, [{ name: 'a' }, { name: 'b' }, { name: 'a' }], mapping, 'null');
  const cache = makeColumnCache();
  const asked = { segment, number: 1, name: 'logs', mapping, analysis: 'null' };
  const columns = segmentColumns(asked, cache, undefined, () => assert.fail('nothing is read'));
  const field = fieldAt(mapping, 'name');
  assert.ok(field);
  const seen = ask();
  cache.columns.clear();
  await forgotten(() => seen.deref() === undefined);
  assert.ok(columns.column(field), 'made again');

  function ask(): WeakRef<object> {
    assert.ok(field);
    const first = columns.column(field);
    assert.ok(first);
    assert.equal(columns.column(field), first, 'the same while somebody holds on to it');
    return new WeakRef(first);
  }
});

async function forgotten(gone: () => boolean): Promise<void> {
  for (let round = 0; round < 20 && !gone(); round++) {
    await yieldToLoop();
    collectGarbage();
  }
  assert.ok(gone());
}
