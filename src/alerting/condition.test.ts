import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Num } from '../base/painless/num.ts';
import { Bean, Moment, type Value } from '../base/painless/value.ts';
import { compileCondition, evaluateCondition } from './condition.ts';

const results = [
  {
    _shards: { total: 1, failed: 0 },
    status: 'red',
    hits: {
      total: { value: 3, relation: 'eq' },
      hits: [
        { _source: { status: 500, code: '500', count: 2000, tags: ['a', 'b'] } },
        { _source: { status: 200, code: '200', count: 5 } },
      ],
    },
    aggregations: {
      avg_cpu: { value: new Num('double', 95) },
      none: { value: null },
      hosts: { buckets: [{ doc_count: 7 }] },
    },
  },
];

const monitor = new Bean('Monitor', new Map<string, Value>([['id', 'm'], ['name', 'z'], ['enabled', true], ['version', new Num('long', 4)]])); // biome-ignore format: one row
const trigger = new Bean('Trigger', new Map<string, Value>([['id', 't'], ['name', 'n'], ['severity', '1']])); // biome-ignore format: one row
const ctx = context(null);

function context(alert: Value): Value {
  return new Bean(
    'Context',
    new Map<string, Value>([
      ['results', results],
      ['periodStart', new Moment(0)],
      ['periodEnd', new Moment(60_000)],
      ['error', null],
      ['alert', alert],
      ['trigger', trigger],
      ['monitor', monitor],
    ]),
  );
}

function outcome(source: string, given: Value = ctx): boolean | string {
  const { triggered, failure } = evaluateCondition(compileCondition(source), given);
  if (failure) assert.equal(triggered, true, 'a failing script counts as triggered');
  return failure
    ? `${JSON.parse(failure.text).reason} ${failure.line}:${failure.column} ${failure.type}: ${failure.reason}`
    : triggered;
}

const cases: readonly [string, boolean][] = [
  ['ctx.results[0].hits.total.value > 0', true],
  ['ctx.results[0].hits.total.value > 100000', false],
  ['return true', true],
  ['return false;', false],
  ['// a comment\nreturn ctx.results[0].hits.hits.size() == 2', true],
  ['/* both */ ctx.results[0].hits.hits.length == 2', true],
  ['ctx.results[0].hits.total.value > 3 && ctx.results[0].aggregations.avg_cpu.value > 20', false],
  ['ctx.results[0].hits.total.value > 100 || ctx.results[0].hits.total.value > 0', true],
  ['if (ctx.results[0].aggregations.avg_cpu.value > 90) { return true; }', true],
  ['if (ctx.results[0].aggregations.avg_cpu.value > 99) { return true; }', false],
  [
    'int score = 0; for (int i = 0; i < ctx.results[0].hits.hits.length; i++) { if (ctx.results[0].hits.hits[i]._source.code == "500") { score += 10; } else if (ctx.results[0].hits.hits[i]._source.code == "200") { score += 1; } } if (score > 10) { return true; } else { return false; }',
    true,
  ],
  ['for (hit in ctx.results[0].hits.hits) { if (hit._source.status == 500) return true; } return false', true],
  ['for (def hit : ctx.results[0].hits.hits) { if (hit._source.status == 999) { return true } } return false', false],
  [
    'return ctx.results[0].aggregations.avg_cpu.value == null ? false : ctx.results[0].aggregations.avg_cpu.value > 10000',
    false,
  ],
  ['return ctx.results[0].aggregations.none.value == null ? true : ctx.results[0].aggregations.none.value > 1', true],
  [
    'return ctx.results != null && ctx.results.length > 0 && ctx.results[0].aggregations != null && ctx.results[0].hits.hits[0]._source.count > 0.7',
    true,
  ],
  ['ctx.results[0].status != "green"', true],
  ["ctx.results[0].status.equals('red')", true],
  ['for (key in ctx.results[0].keySet()) if (key == "status") return true; return false', true],
  [
    'for (int i = 0; i < ctx.results[0].hits.hits.size(); ++i) if (ctx.results[0].hits.hits[i]["_source"]["code"] == "200") return true; return false',
    true,
  ],
  ['def x = ctx.results[0].hits.total.value; return x > 2', true],
  ['ctx.alert == null', true],
  ['ctx.alert == null && ctx.error == null', true],
  ['ctx.results[0].hits.hits[1]._source.count>1000', false],
  ['ctx.results[0].aggregations.hosts.buckets[0].doc_count > 5', true],
  ['ctx.results.0.hits.total.value == 3', true],
  ['ctx.results[0]?.missing?.deeper?.value == null', true],
  ['(ctx.results[0].missing ?: "none") == "none"', true],
  ["ctx.monitor.name == 'z' || ctx.monitor.enabled", true],
  ['ctx.getMonitor().getName() == "z"', true],
  ['return ctx.periodStart.isBefore(ctx.periodEnd)', true],
  ['ctx.periodEnd.toEpochMilli() - ctx.periodStart.toEpochMilli() == 60000L', true],
  ['5 / 2 == 2', true],
  ['5 / 2.0 == 2.5', true],
  ['ctx.results[0].hits.total.value / 2 == 1', true],
  ['ctx.results[0].aggregations.avg_cpu.value / 2 == 47.5', true],
  ['2147483647 + 1 < 0', true],
  ['2147483647L + 1 > 0', true],
  ['7 % 4 == 3 && -7 / 2 == -3', true],
  ['1 + 2 * 3 == 7 && (1 + 2) * 3 == 9', true],
  ['"a" + 1 + 2.0 == "a12.0"', true],
  ['def l = [1, 2, 3]; l.add(4); return l.size() == 4 && l[-1] == 4 && l.contains(2)', true],
  [
    "def m = ['a': 1]; m.b = 2; m['c'] = 3; return m.size() == 3 && m.containsKey('b') && m.getOrDefault('z', 9) == 9",
    true,
  ],
  [
    "Map m = new HashMap(); m.put('k', 'v'); for (e in m.entrySet()) { if (e.getKey() == 'k' && e.value == 'v') return true; }",
    true,
  ],
  ['int i = 0; while (true) { i++; if (i > 9) break; } return i == 10', true],
  ['int i = 0; do { i += 3 } while (i < 10); return i == 12', true],
  ['int n = 0; for (x in [1, 2, 3, 4]) { if (x % 2 == 0) continue; n += x } return n == 4', true],
  ['ctx.results[0].hits.hits.stream().anyMatch(h -> h._source.status == 500)', true],
  ['ctx.results[0].hits.hits.stream().filter(h -> h._source.status > 100).count() == 2', true],
  ['ctx.results[0].hits.hits.stream().mapToInt(h -> { return h._source.count; }).sum() == 2005', true],
  ['Math.max(1, 2) == 2 && Math.abs(-1.5) == 1.5 && Integer.parseInt("12") == 12', true],
  [
    "'Anonymous'.toLowerCase().startsWith('anon') && 'a,b'.splitOnToken(',').length == 2 && 'abc'.substring(1) == 'bc'",
    true,
  ],
  ['!(1 > 2) && 1 != 2 && true ^ false', true],
  ['ctx.results[0].constructor == null', true],
  ['ctx.results[0].__proto__ == null && ctx.results[0]["__proto__"] == null', true],
  ['def x = 1; if (x > 5) return true', false],
  ['(int) 3.9 == 3 && 3.0 instanceof Object', true],
];

for (const [source, expected] of cases) test(`condition: ${source}`, () => assert.equal(outcome(source), expected));

const failures: readonly [string, string][] = [
  [
    'foo bar baz',
    "compile error 1:5 illegal_argument_exception: unexpected token ['bar'] was expecting one of [{<EOF>, ';'}].",
  ],
  ['nope > 1', 'compile error 1:1 illegal_argument_exception: cannot resolve symbol [nope]'],
  ['param[0]; return true', 'compile error 1:1 illegal_argument_exception: cannot resolve symbol [param]'],
  ['return 1', 'compile error 1:8 class_cast_exception: Cannot cast from [int] to [boolean].'],
  ['return null', 'compile error 1:8 class_cast_exception: Cannot cast from [null] to [boolean].'],
  ['"yes"', 'compile error 1:1 class_cast_exception: Cannot cast from [java.lang.String] to [boolean].'],
  ['', 'compile error 1:1 illegal_argument_exception: Cannot generate an empty function [execute].'],
  ['ctx.nope', 'compile error 1:4 illegal_argument_exception: field [Context, nope] not found'],
  ['"1" == 1', 'compile error 1:5 class_cast_exception: Cannot cast from [java.lang.String] to [int].'],
  ['5 / 0 == 1', 'compile error 1:3 arithmetic_exception: / by zero'],
  ['while(true){}', 'compile error 1:1 illegal_argument_exception: No paths escape from while loop.'],
  ['return true;;', "compile error 1:13 illegal_argument_exception: unexpected token [';']."],
  ['return true; return false', 'compile error 1:14 illegal_argument_exception: Unreachable statement.'],
  [
    '5 > 3; return true',
    'compile error 1:3 illegal_argument_exception: Not a statement: the result of the expression is not used.',
  ],
  ['ctx.results[0].hits.total.value', 'runtime error 1:26 class_cast_exception: cannot cast def [int] to boolean'],
  [
    'return ctx.results[0].hits',
    'runtime error 1:22 class_cast_exception: cannot cast def [java.util.HashMap] to boolean',
  ],
  [
    'ctx.results[0].hits.total > 400000',
    'runtime error 1:27 class_cast_exception: Cannot apply [>] operation to types [java.util.HashMap] and [int].',
  ],
  [
    'ctx.results[0].nonexistent.field.value > 0',
    'runtime error 1:27 null_pointer_exception: Cannot invoke "Object.getClass()" because "callArgs[0]" is null',
  ],
  [
    'ctx.results[3].hits != null',
    'runtime error 1:12 index_out_of_bounds_exception: Index 3 out of bounds for length 1',
  ],
  ['def x = 0; return 5 / x > 1', 'runtime error 1:21 arithmetic_exception: / by zero'],
  [
    'if (ctx.alert == null) { throw new RuntimeException("foo"); } else { return false; }',
    'runtime error 1:26 runtime_exception: foo',
  ],
  [
    'ctx.results[0].hits = 5; return true',
    "runtime error 1:15 unsupported_operation_exception: cannot assign to an entry of [java.util.HashMap]: a run's results cannot be changed",
  ],
  [
    '"a".constructor("x") == null',
    'runtime error 1:4 illegal_argument_exception: dynamic method [java.lang.String, constructor/1] not found',
  ],
  [
    'ctx.results.push(1)',
    'runtime error 1:12 illegal_argument_exception: dynamic method [java.util.ArrayList, push/1] not found',
  ],
  [
    'ctx.results[0].hasOwnProperty("x")',
    'runtime error 1:15 illegal_argument_exception: dynamic method [java.util.HashMap, hasOwnProperty/1] not found',
  ],
  [
    'int i = 0; for (;;) { i++; if (i < 0) break; } return true',
    'runtime error 1:12 painless_error: The maximum number of statements that can be executed in a loop has been reached.',
  ],
  [
    'def s = "xxxxxxxxxxxxxxxx"; while (s != "") { s += s } return true',
    'runtime error 1:49 painless_error: a text may not be longer than 1000000 characters',
  ],
  [
    'return true\n  && (ctx.results[0].nope.x > 1)',
    'runtime error 2:26 null_pointer_exception: Cannot invoke "Object.getClass()" because "callArgs[0]" is null',
  ],
  ['"open', 'compile error 1:1 illegal_argument_exception: unexpected character ["open].'],
  ['a # b', 'compile error 1:3 illegal_argument_exception: unexpected character [#].'],
];

for (const [source, expected] of failures) {
  test(`failing condition: ${source.slice(0, 60)}`, () => assert.equal(outcome(source), expected));
}

test('an open alert is seen as the original shows it', () => {
  const members = new Map<string, Value>([['id', 'a1'], ['acknowledged', true], ['state', 'ACKNOWLEDGED']]); // biome-ignore format: one row
  const alert = new Bean('AlertContext', new Map<string, Value>([...members, ['alert', new Bean('Alert', members)]]));
  assert.equal(
    outcome('ctx.alert != null && ctx.alert.alert.isAcknowledged() && ctx.alert.alert.id == "a1"', context(alert)),
    true,
  );
});

test('errors read as the original prints them', () => {
  const compile = compileCondition('ctx.results[0].hits.total.value >').failure;
  assert.deepEqual(compile?.stack, ['... lts[0].hits.total.value >', '                             ^---- HERE']);
  assert.match(compile?.text ?? '', /"position" : \{\n {4}"offset" : 33,\n {4}"start" : 8,\n {4}"end" : 33\n {2}\}/);
});

test('nesting and length are bounded', () => {
  for (const source of [
    `${'('.repeat(50_000)}1`,
    `true${' || true'.repeat(7000)}`,
    `${'!'.repeat(60_000)}true`,
    `${'if (true) '.repeat(5000)}return true`,
    'x'.repeat(70_000),
    `${'[1,'.repeat(9000)}`,
  ]) {
    assert.match(String(outcome(source)), /^compile error/, source.slice(0, 20));
  }
});

test('no text makes the compiler or the evaluator throw', () => {
  const words = ['ctx', '.results', '[0]', '.hits', '>', '0', '"a"', '(', ')', '{', '}', ';', 'return ', 'if', 'for', 'true', 'null', '+', '?', ':', 'def x = ', 'x', 'new ', '->', '-', '1.5', 'in', '!', '[', ']', ',', '.size()', '=']; // biome-ignore format: words
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...words), { maxLength: 14 }), (parts) => {
      const { triggered } = evaluateCondition(compileCondition(parts.join(' ')), ctx);
      return typeof triggered === 'boolean';
    }),
    { numRuns: 3000 },
  );
});
