import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileRules } from './compile.ts';
import { decode } from './decoder.ts';
import { createEngine, type RuleMatch } from './engine.ts';

/** Small rule files, and which of their rules speaks, worked out in the words of specs/wazuh.md §5.3: no order kept ready, no index. */
interface Written {
  /** An earlier rule's number: the id is taken again. */
  readonly again: number | undefined;
  readonly overwrite: boolean;
  readonly level: number;
  readonly groups: readonly string[];
  readonly hangs: { readonly by: 'nothing' | 'sid' | 'group' | 'level'; readonly values: readonly number[] };
  readonly asks: readonly { readonly field: string; readonly value: string; readonly negate: boolean }[];
  readonly noalert: boolean;
  readonly inaccurate: boolean;
  readonly ignore: number;
}

interface Placed {
  readonly id: number;
  rule: Written;
  /** Level 0 comes before all, then the higher level; accuracy 0 comes last. Fixed when it is placed. */
  readonly priority: number;
  readonly parents: readonly Placed[];
  last?: number;
}

const words = ['red', 'green', 'blue'];

const written: fc.Arbitrary<Written> = fc.record({
  again: fc.option(fc.nat({ max: 9 }), { nil: undefined, freq: 6 }),
  overwrite: fc.boolean(),
  level: fc.constantFrom(0, 0, 1, 3, 3, 5, 10, 16),
  groups: fc.subarray(words, { maxLength: 2 }),
  hangs: fc.oneof(
    { weight: 3, arbitrary: fc.constant({ by: 'nothing' as const, values: [] }) },
    {
      weight: 6,
      arbitrary: fc.record({
        by: fc.constant('sid' as const),
        values: fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 3 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        by: fc.constant('group' as const),
        values: fc.array(fc.nat({ max: 2 }), { minLength: 1, maxLength: 2 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        by: fc.constant('level' as const),
        values: fc.constantFrom(1, 4, 10).map((level) => [level]),
      }),
    },
  ),
  asks: fc.array(
    fc.record({
      field: fc.constantFrom('a', 'b', 'c'),
      value: fc.constantFrom('1', '2', '1|2'),
      negate: fc.integer({ max: 3, min: 0 }).map((number) => number === 0),
    }),
    { maxLength: 2 },
  ),
  noalert: fc.integer({ max: 4, min: 0 }).map((number) => number === 0),
  inaccurate: fc.integer({ max: 5, min: 0 }).map((number) => number === 0),
  ignore: fc.constantFrom(0, 0, 0, 5),
});

const event = fc.record({
  after: fc.constantFrom(0, 1, 4, 6),
  fields: fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2', '3'), { maxKeys: 3 }),
});

const idOf = (rule: Written, number: number): number =>
  100 + (rule.again !== undefined && rule.again < number ? rule.again : number);

function xml(rules: readonly Written[]): string {
  const one = (rule: Written, number: number): string => {
    const { by, values } = rule.hangs;
    const place = {
      nothing: '',
      sid: `<if_sid>${values.map((value) => 100 + value).join(', ')}</if_sid>`,
      group: `<if_group>${values.map((value) => words[value]).join('|')}</if_group>`,
      level: `<if_level>${values[0]}</if_level>`,
    }[by];
    const asks = rule.asks.map(({ field, value, negate }) => {
      const pattern = value
        .split('|')
        .map((one) => `^${one}$`)
        .join('|');
      return `<field name="${field}"${negate ? ' negate="yes"' : ''}>${pattern}</field>`;
    });
    const more = `${rule.noalert ? ' noalert="1"' : ''}${rule.inaccurate ? ' accuracy="0"' : ''}${rule.ignore > 0 ? ` ignore="${rule.ignore}"` : ''}${rule.overwrite ? ' overwrite="yes"' : ''}`;
    return `<rule id="${idOf(rule, number)}" level="${rule.level}"${more}>${place}${asks.join('')}<group>${rule.groups.map((group) => `${group},`).join('')}</group><description>${number}</description></rule>`;
  };
  return `<group name="all,">\n${rules.map(one).join('\n')}\n</group>`;
}

function load(rules: readonly Written[]): readonly Placed[] {
  const placed: Placed[] = [];
  for (const [number, rule] of rules.entries()) {
    const id = idOf(rule, number);
    const there = placed.find((one) => one.id === id);
    if (there) {
      if (rule.overwrite) there.rule = rule;
      continue;
    }
    const parents = placed.filter((one) => {
      const { by, values } = rule.hangs;
      if (by === 'sid') return values.some((value) => one.id === 100 + value);
      if (by === 'group') return values.some((value) => one.rule.groups.includes(words[value] as string));
      return by === 'level' && (one.rule.level === 0 || one.rule.level >= (values[0] as number));
    });
    if (rule.hangs.by !== 'nothing' && parents.length === 0) continue;
    const priority = rule.inaccurate ? -1 : rule.level === 0 ? 99 : rule.level;
    placed.push({ id, rule, priority, parents });
  }
  return placed;
}

/** Sorted anew each time: the sort is stable, so that equal ones stay as they were loaded. */
function below(all: readonly Placed[], parent: Placed | undefined): readonly Placed[] {
  return all
    .filter(({ parents }) => (parent ? parents.includes(parent) : parents.length === 0))
    .sort((one, other) => other.priority - one.priority);
}

interface Speaks {
  readonly one: Placed;
  readonly parent: Placed | undefined;
}

function ask(
  all: readonly Placed[],
  parent: Placed | undefined,
  fields: Readonly<Record<string, string>>,
  strict: boolean,
): Speaks | undefined {
  let passed: Speaks | undefined;
  for (const one of below(all, parent)) {
    const holds = one.rule.asks.every(({ field, value, negate }) => {
      const given = fields[field];
      return given !== undefined && value.split('|').includes(given) !== negate;
    });
    if (!holds) continue;
    const inner = ask(all, one, fields, strict);
    const found = inner ?? (one.rule.noalert ? undefined : { one, parent });
    if (!found) continue;
    // §6: outside strict mode a rule of level 0 without a parent silences nobody.
    if (strict || parent || found.one !== one || one.rule.level > 0) return found;
    passed ??= found;
  }
  return passed;
}

function answer(all: readonly Placed[], fields: Readonly<Record<string, string>>, at: number, strict: boolean): string {
  const found = ask(all, undefined, fields, strict);
  if (!found) return '-';
  let speaking: Placed | undefined = found.one;
  const { ignore } = found.one.rule;
  if (ignore > 0 && found.one.last !== undefined && at - found.one.last < ignore) speaking = found.parent;
  else if (ignore > 0) found.one.last = at;
  return speaking && speaking.rule.level > 0
    ? `${speaking.id} ${speaking.rule.level} ${speaking.rule.groups.join()}`
    : '-';
}

function told(match: RuleMatch | undefined): string {
  const groups = match?.rule.groups.filter((name) => name !== 'all').join();
  return match ? `${match.rule.id} ${match.rule.level} ${groups}` : '-';
}

test('of generated rules the one speaks that the description in words says', () => {
  let spoken = 0;
  let deep = 0;
  fc.assert(
    fc.property(
      fc.array(written, { minLength: 1, maxLength: 10 }),
      fc.array(event, { maxLength: 8 }),
      fc.boolean(),
      (rules, events, strict) => {
        const text = xml(rules);
        const { value } = compileRules({ own: [{ name: 'a.xml', text }] }, { strict });
        const indexed = createEngine(value, { strict });
        const plain = createEngine(value, { strict, indexed: false });
        const placed = load(rules);
        let seconds = 0;
        for (const { after, fields } of events) {
          seconds += after;
          const wanted = answer(placed, fields, seconds, strict);
          if (wanted !== '-') spoken++;
          if (placed.some(({ id, parents }) => wanted.startsWith(`${id} `) && parents.length > 0)) deep++;
          for (const engine of [indexed, plain]) {
            const where = `${text} on ${JSON.stringify(fields)} at ${seconds} s${strict ? ', strict' : ''}`;
            // To look first leaves no trace.
            const looked = engine.explain(decode(fields), seconds * 1000).match;
            assert.equal(told(looked), wanted, `explained: ${where}`);
            assert.equal(told(engine.match(decode(fields), seconds * 1000)), wanted, where);
          }
        }
      },
    ),
    { numRuns: Number(process.env.TRAILHOUND_RUNS ?? 3000) },
  );
  assert.ok(spoken > 1000 && deep > 300, `${spoken} spoke, ${deep} of them below another`);
});
