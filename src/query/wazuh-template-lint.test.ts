import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseQuery } from './parse.ts';
import { lintForWazuh } from './wazuh-template-lint.ts';

const text = (query: string, more: object = {}) => ({ query_string: { query, ...more } });

const cases: readonly (readonly [object, readonly string[]])[] = [
  [text('AllUsers OR public-read OR PublicRead'), ['too-many-clauses']],
  [{ bool: { filter: [{ term: { 'data.aws.eventName': 'x' } }, text('a OR b OR c')] } }, ['too-many-clauses']],
  [text('AllUsers OR public-read'), ['default-fields-only']],
  [text('"a phrase is one"'), ['default-fields-only']],
  [text('a run of words is one'), ['default-fields-only']],
  [text('a OR b OR c', { default_field: '*' }), ['too-many-clauses']],
  [text('a OR b OR c', { fields: ['data.aws.requestParameters.*'] }), []],
  [text('data.aws.userIdentity.type:Anonymous OR data.aws.userIdentity.principalId:Anonymous'), []],
  [text('data.aws.eventName:(a OR b OR c)'), []],
  [text('*'), []],
  [text('NOT data.aws.errorCode:*'), []],
  [text('_exists_:data.aws.errorCode.keyword'), ['keyword-subfield']],
  [text('(unbalanced'), []],
  [{ term: { 'data.aws.eventName.keyword': 'x' } }, ['keyword-subfield']],
  [{ exists: { field: 'trailhound.anonymous' } }, ['own-field']],
  [{ multi_match: { query: 'x' } }, ['default-fields-only']],
  [{ simple_query_string: { query: 'a + b | c' } }, ['too-many-clauses']],
  [{ constant_score: { filter: { term: { 'rule.id': '1' } } } }, []],
];

for (const [query, codes] of cases) {
  test(`on a real Wazuh: ${JSON.stringify(query)}`, () => {
    assert.deepEqual(
      lintForWazuh(parseQuery(query)).map(({ code }) => code),
      codes,
    );
  });
}
