import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Document } from '../base/document.ts';
import { compileRules } from './compile.ts';
import { decode } from './decoder.ts';
import { createEngine } from './engine.ts';

/** Two plain rules 100 and 101 (fields `a` and `b`), and composites below them: counting as specs/wazuh.md §5.5 says in words. */
interface CompositeRule {
  readonly level: number;
  readonly frequency: number;
  readonly timeframe: number;
  readonly ignore: number;
  readonly counts: 'sid' | 'group';
  readonly below: 'same' | 'other';
  readonly same: readonly string[];
  readonly different: readonly string[];
  readonly global: boolean;
}

interface Given {
  readonly after: number;
  readonly which: 'a' | 'b';
  readonly values: Readonly<Record<string, string>>;
}

const composite: fc.Arbitrary<CompositeRule> = fc.record({
  level: fc.constantFrom(4, 7, 10),
  frequency: fc.integer({ min: 2, max: 5 }),
  timeframe: fc.constantFrom(3, 10, 60),
  ignore: fc.constantFrom(0, 0, 5, 20),
  counts: fc.constantFrom('sid', 'group'),
  below: fc.constantFrom('same', 'same', 'other'),
  same: fc.subarray(['k', 'srcip'], { maxLength: 1 }),
  different: fc.subarray(['d', 'srcuser'], { maxLength: 1 }),
  global: fc.boolean(),
});
const given: fc.Arbitrary<Given> = fc.record({
  after: fc.constantFrom(0, 1, 1, 2, 9, 61),
  which: fc.constantFrom('a', 'a', 'a', 'b'),
  values: fc.dictionary(fc.constantFrom('k', 'd', 'srcip', 'srcuser'), fc.constantFrom('1', '2'), { maxKeys: 4 }),
});

const staticName = (name: string): boolean => name.startsWith('src');

function xml(composites: readonly CompositeRule[]): string {
  const rules = composites.map((rule, index) => {
    const elements = [
      rule.counts === 'sid' ? '<if_matched_sid>100</if_matched_sid>' : '<if_matched_group>hot</if_matched_group>',
      `<if_sid>${rule.below === 'same' ? 100 : 101}</if_sid>`,
      ...rule.same.map((name) => (staticName(name) ? `<same_${name} />` : `<same_field>${name}</same_field>`)),
      ...rule.different.map((name) =>
        staticName(name) ? `<different_${name} />` : `<different_field>${name}</different_field>`,
      ),
      ...(rule.global ? ['<global_frequency />'] : []),
      '<description>d</description>',
    ];
    const ignore = rule.ignore > 0 ? ` ignore="${rule.ignore}"` : '';
    return `<rule id="${200 + index}" level="${rule.level}" frequency="${rule.frequency}" timeframe="${rule.timeframe}"${ignore}>${elements.join('')}</rule>`;
  });
  return `<group name="hot,"><rule id="100" level="3"><field name="a">x</field><description>d</description></rule>
<rule id="101" level="3"><field name="b">x</field><description>d</description></rule></group><group name="many,">${rules.join('\n')}</group>`;
}

/** Everything is kept and looked through from the newest to the oldest. */
function oracle(composites: readonly CompositeRule[], events: readonly Given[]): string[] {
  const past: { final: number; at: number; values: Given['values']; marked: number }[] = [];
  const sids = composites.some((rule) => rule.counts === 'sid');
  const ignoredSince = new Map<number, number>();
  let now = 0;
  return events.map((event) => {
    now += event.after;
    const base = event.which === 'a' ? 100 : 101;
    let final = base;
    let marked = -1;
    const order = composites
      .map((rule, index) => ({ rule, id: 200 + index }))
      .filter(({ rule }) => (rule.below === 'same' ? 100 : 101) === base)
      .sort((one, other) => other.rule.level - one.rule.level);
    for (const { rule, id } of order) {
      let counted = 0;
      let newest: (typeof past)[number] | undefined;
      let fired = false;
      for (const entry of [...past].reverse()) {
        const inHistory =
          rule.counts === 'sid' ? entry.final === 100 : entry.final === 101 || (entry.final === 100 && !sids);
        if (!inHistory) continue;
        if (now - entry.at > rule.timeframe) break;
        if (!rule.same.every((name) => event.values[name] !== undefined && event.values[name] === entry.values[name]))
          continue;
        if (
          rule.different.some((name) => event.values[name] !== undefined && event.values[name] === entry.values[name])
        )
          continue;
        if (entry.marked >= rule.level) break;
        counted++;
        if (counted === rule.frequency - 1) {
          fired = true;
          if (newest) newest.marked = rule.level;
          break;
        }
        newest ??= entry;
      }
      if (!fired) continue;
      marked = rule.level;
      final = id;
      const since = ignoredSince.get(id);
      if (rule.ignore > 0 && since !== undefined && now - since < rule.ignore) final = base;
      else if (rule.ignore > 0) ignoredSince.set(id, now);
      break;
    }
    past.push({ final, at: now, values: event.values, marked });
    return String(final);
  });
}

test('composite rules count as the description in words does', () => {
  let firings = 0;
  fc.assert(
    fc.property(
      fc.array(composite, { minLength: 1, maxLength: 3 }),
      fc.array(given, { minLength: 5, maxLength: 40 }),
      (composites, events) => {
        const { value, problems } = compileRules({ own: [{ name: 'a.xml', text: xml(composites) }] });
        assert.deepEqual(problems, []);
        const engine = createEngine(value);
        let now = 0;
        const answers = events.map(({ after, which, values }) => {
          now += after;
          const event: Document = { [which]: 'x', ...values };
          const told = engine.explain(decode(event), now * 1000).match?.rule.id;
          const answer = engine.match(decode(event), now * 1000)?.rule.id;
          assert.equal(told, answer, 'looking says the same and leaves no trace');
          return answer ?? '-';
        });
        const wanted = oracle(composites, events);
        firings += wanted.filter((id) => id.startsWith('2')).length;
        assert.deepEqual(answers, wanted);
      },
    ),
    { numRuns: 3000 },
  );
  assert.ok(firings > 3000, `only ${firings} firings were compared`);
});
