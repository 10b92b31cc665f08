import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Document } from '../base/document.ts';
import { parseCdbList } from './cdb-list.ts';
import { compileRules } from './compile.ts';
import { decode } from './decoder.ts';
import { createEngine } from './engine.ts';

test('lines of a list', () => {
  const list = parseCdbList('a:1\r\nb:\nnocolon\n"k:ey":"v:al"\na:2\nq:"quoted"\n');
  assert.equal(list.get('a'), '1');
  assert.equal(list.get('b'), '');
  assert.equal(list.get('nocolon'), undefined);
  assert.equal(list.get('k:ey'), 'v:al');
  assert.equal(list.get('q'), 'quoted');
  assert.equal(list.get('A'), undefined);
});

const lists = [{ name: 'names', text: 'GetObject:read\nPutObject:write\n10.1.:inner\n192.0.2.7:host\n' }];

/** lookup and more → values of the field that satisfy it, values that do not; undefined: no such field. */
const cases: readonly (readonly [string, readonly (string | undefined)[], readonly (string | undefined)[]])[] = [
  ['lookup="match_key"', ['GetObject'], ['getobject', 'x', undefined]],
  ['', ['GetObject'], ['x']],
  ['lookup="not_match_key"', ['x', ''], ['GetObject', undefined]],
  ['lookup="match_key_value" check_value="^read$"', ['GetObject'], ['PutObject', 'x', undefined]],
  ['lookup="address_match_key"', ['10.1.2.3', '192.0.2.7'], ['10.2.1.1', '192.0.2.70', undefined]],
  ['lookup="not_address_match_key"', ['10.2.1.1'], ['10.1.2.3', undefined]],
  ['lookup="address_match_key_value" check_value="inner"', ['10.1.9.9'], ['192.0.2.7', '1.1.1.1']],
];

for (const [attributes, yes, no] of cases) {
  test(`list ${attributes}`, () => {
    for (const name of ['etc/lists/aws/names', 'names']) {
      const text = `<group name="g,"><rule id="100" level="3"><list field="aws.k" ${attributes}>${name}</list><description>d</description></rule></group>`;
      const { value, problems } = compileRules({ own: [{ name: 'a.xml', text }], lists });
      assert.deepEqual(problems, []);
      const engine = createEngine(value);
      const matches = (k: string | undefined): boolean => {
        const event: Document = { aws: k === undefined ? {} : { k } };
        return engine.match(decode(event), 0) !== undefined;
      };
      for (const k of yes) assert.equal(matches(k), true, `matches ${k}`);
      for (const k of no) assert.equal(matches(k), false, `does not match ${k}`);
    }
  });
}
