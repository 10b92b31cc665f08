import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Document } from '../base/document.ts';
import { mapDocument } from './document-mapping.ts';
import { mappingJson, parseMapping } from './mapping.ts';

test('an empty name is refused, and blanks between dots', () => {
  for (const name of ['', 'a. ', ' .b', '.', 'a..b']) {
    const answer = mapDocument(parseMapping({}, {}), { parameters: { [name]: 'v' } });
    assert.ok('error' in answer, JSON.stringify(name));
    assert.match(answer.error.path ?? '', /^parameters/, JSON.stringify(name));
  }
});

test('a name of blanks alone is taken, as recorded, and reads back', () => {
  for (const name of [' ', '\t\n', '\u00a0']) {
    const answer = mapDocument(parseMapping({}, {}), { [name]: 1, o: { [name]: 'v' } });
    assert.ok('mapping' in answer, JSON.stringify(name));
    const json = mappingJson(answer.mapping);
    assert.deepEqual(mappingJson(parseMapping(json, {})), json);
    assert.deepEqual((json.properties as Document)[name], { type: 'long' });
  }
});

test('what is before a dot must be an object: a flat_object is refused, whether mapped or made by a template', () => {
  const mapped = parseMapping({ properties: { fo: { type: 'flat_object' } } });
  const refused = mapDocument(mapped, { 'fo.p': 'alpha' });
  assert.deepEqual(
    'error' in refused && refused.error.reason,
    'Could not dynamically add mapping for field [fo.p]. Existing mapping for [fo] must be of type object but found [flat_object].',
  );
  const flat = { objects: { match_mapping_type: 'object', mapping: { type: 'flat_object' } } };
  const template = parseMapping({ dynamic_templates: [flat] });
  const made = mapDocument(template, { 'fo.p': 'alpha' });
  assert.deepEqual('error' in made && made.error.causedBy?.type, 'class_cast_exception');
  assert.ok('mapping' in mapDocument(template, { fo: { p: 'alpha', 'q.r': 1 } }));
});

test('what documents add to a mapping reads back as it was written', () => {
  const name = fc.oneof(
    fc.constantFrom(
      'a',
      'b',
      'a.b',
      '',
      ' ',
      '.',
      'a.',
      '\ufeff',
      '__proto__',
      'properties',
      'type',
      'fields',
      '\ud800',
    ),
    fc.string({ maxLength: 4 }),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.oneof(fc.string(), fc.integer(), fc.double(), fc.boolean(), fc.constant(null)),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(name, tie('value'), { maxKeys: 4 }),
    ),
  }));
  fc.assert(
    fc.property(fc.array(fc.dictionary(name, value, { maxKeys: 4 }), { maxLength: 3 }), (documents) => {
      let mapping = parseMapping({}, {});
      for (const document of documents) {
        const mapped = mapDocument(mapping, document);
        if ('mapping' in mapped) mapping = mapped.mapping;
      }
      const written: unknown = JSON.parse(JSON.stringify(mappingJson(mapping)));
      assert.deepEqual(mappingJson(parseMapping(written, {})), written);
    }),
    { numRuns: 500 },
  );
});
