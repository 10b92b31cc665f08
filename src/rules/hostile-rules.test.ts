import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Document } from '../base/document.ts';
import { compileRules } from './compile.ts';
import { decode } from './decoder.ts';
import { createEngine } from './engine.ts';
import { rulesForWazuh } from './for-wazuh.ts';
import { lintRules } from './lint.ts';
import { xmlJson } from './xml-json.ts';

/** Pieces of rule files, whole and broken: whatever they make, reading, judging and rewriting end without an exception. */
const pieces =
  `<group name="g,"> </group> <rule id="100" level="3"> <rule id="100" level="0" overwrite="yes"> <rule id='101' level="9"
<rule> </rule> <description>d</description> <description>$(__proto__) $(constructor) $(a</description> <if_sid>100</if_sid>
<if_sid>100,101</if_sid> <if_group>g</if_group> <if_level>3</if_level> <if_matched_sid>100</if_matched_sid> <field
<field name="__proto__">x</field> <field name="a" type="pcre2">(a+)+$</field> <field name="constructor" negate="yes">\\d+</field>
<list field="toString">etc/lists/l</list> <same_field>__proto__</same_field> <var name="X">y</var> <match>$X|z</match> <!-- --> <!--
<match>(</match> <regex>(\\.+)(</regex> <mitre><id>T1530</id></mitre> <options>no_log</options> <time>1:00-2:00</time> < > & \\< " '
<decoder name="json"> \u0000 \u001b[31m <toString></toString> <weekday>monday</weekday> <srcip>10.0.0.0/8</srcip> <ignore>a</ignore>`.split(
    /(?<=>)\s+|\n/,
  );
const text = fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((chosen) => chosen.join(''));
const list = { name: 'l', text: '__proto__:x\nconstructor:y\n' };
const events = [
  '{"a":"aaaa","__proto__":{"x":"x"},"constructor":"7","toString":"__proto__"}',
  '{}',
  '{"data":{"a":"x"},"rule":1}',
].map((json) => JSON.parse(json) as Document);

test('no rule file makes anything throw', () => {
  let loaded = 0;
  fc.assert(
    fc.property(text, fc.boolean(), (text, strict) => {
      const file = {
        name: 'a.xml',
        text: `<group name="g,"><rule id="99" level="3"><description>d</description></rule>${text}`,
      };
      const { value, problems } = compileRules({ own: [file], lists: [list] }, { strict });
      loaded += value.rules.size;
      assert.ok(
        problems.every(({ place, line }) => place === 'a.xml' && line !== undefined && line > 0),
        JSON.stringify(problems),
      );
      const engine = createEngine(value, { strict });
      for (const event of events) {
        const told = engine.explain(decode(event), 0).match?.rule.id;
        assert.equal(engine.match(decode(event), 0)?.rule.id, told);
      }
      lintRules({ own: [file], lists: [list] }, { for: strict ? 'wazuh' : undefined });
      rulesForWazuh(file);
      xmlJson(text);
    }),
    { numRuns: 3000 },
  );
  assert.ok(loaded > 1000, `only ${loaded} rules were loaded`);
  assert.equal(({} as { x?: unknown }).x, undefined);
});
