import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rawSources } from './raw-source.ts';

test('a source comes out letter for letter', () => {
  const source = '{ "n": 9007199254740993,  "f": 1.0, "q": "a\\\\\\"}" }';
  assert.deepEqual(rawSources(`{"_index":"a","_id":"_source","found":true,"_source":${source}}`, 'hit'), [source]);
  const hits = `[{"_id":"1","_source":${source}},{"_id":"2"} , {"_source":{}, "sort":[1,{"_source":2}]}]`;
  const answer = `{"took":1,"aggregations":{"hits":{"hits":[{"_source":{"no":1}}]}},"hits":{"total":{"value":3},"hits":${hits}}}`;
  assert.deepEqual(rawSources(answer, 'search'), [source, undefined, '{}']);
});

test('whatever the sources are', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.string(), fc.dictionary(fc.string(), fc.jsonValue())), { maxLength: 5 }),
      (hits) => {
        const texts = hits.map(([, source]) => JSON.stringify(source, undefined, 1));
        const list = hits.map(([id], at) => `{"_id":${JSON.stringify(id)},"_score":-1.5e3,"_source":${texts[at]}}`);
        assert.deepEqual(rawSources(`{"hits":{"max_score":null,"hits":[${list.join(', ')}]}}`, 'search'), texts);
      },
    ),
  );
});
