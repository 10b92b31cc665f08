import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Document } from '../base/document.ts';
import { virtualClock } from '../base/virtual-clock.ts';
import { openRuleFolder } from '../config/rule-folder.ts';
import { decode } from '../rules/decoder.ts';
import { createLogtestSessions } from './logtest-session.ts';
import { openRuleBook, type RuleBook } from './rule-book.ts';

function rule(id: number, content: string, level = 5): string {
  return `<group name="g,"><rule id="${id}" level="${level}">${content}<description>d</description></rule></group>`;
}

const shipped = [{ name: '0350-aws.xml', text: rule(80200, '<field name="integration">aws</field>', 0) }];
const given = [
  { name: 'local_rules.xml', path: 'my/local_rules.xml', text: rule(100100, '<field name="a">given</field>') },
];

function open(dir: string): { readonly book: RuleBook; readonly problems: string[] } {
  const problems: string[] = [];
  const book = openRuleBook({
    shipped,
    given,
    lists: [],
    folder: openRuleFolder(join(dir, 'rules')),
    strict: false,
    problem: (problem) => problems.push(problem.message),
  });
  return { book, problems };
}

function temporary(context: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'rule-book-'));
  context.after(() => rmSync(dir, { recursive: true }));
  return dir;
}

function idOf(book: RuleBook, event: Document): string | undefined {
  return book.engine().match(decode(event), 0)?.rule.id;
}

test('a file that is put is active at once, and after a restart', (context) => {
  const dir = temporary(context);
  const { book } = open(dir);
  assert.equal(idOf(book, { a: 'put' }), undefined);
  assert.equal(book.put('mine.xml', rule(100200, '<field name="a">put</field>')).accepted, true);
  assert.equal(idOf(book, { a: 'put' }), '100200');
  const again = open(dir);
  assert.deepEqual(again.problems, []);
  assert.equal(idOf(again.book, { a: 'put' }), '100200');
  assert.equal(again.book.read('mine.xml'), rule(100200, '<field name="a">put</field>'));
  assert.deepEqual(readdirSync(join(dir, 'rules')), ['mine.xml'], 'no draft is left');
  assert.deepEqual(again.book.list(), [
    { filename: 'mine.xml', relativeDirname: 'etc/rules' },
    { filename: 'local_rules.xml', relativeDirname: 'my' },
    { filename: '0350-aws.xml', relativeDirname: 'ruleset/rules' },
  ]);
  assert.equal(again.book.remove('mine.xml'), true);
  assert.equal(again.book.remove('mine.xml'), false);
  assert.equal(again.book.remove('local_rules.xml'), false);
  assert.equal(idOf(again.book, { a: 'put' }), undefined);
  assert.equal(idOf(open(dir).book, { a: 'put' }), undefined);
});

test("a file of the name of a user's one stands in its place until it is removed", (context) => {
  const { book } = open(temporary(context));
  assert.equal(book.has('local_rules.xml'), true);
  book.put('local_rules.xml', rule(100100, '<field name="a">put</field>'));
  assert.deepEqual([idOf(book, { a: 'given' }), idOf(book, { a: 'put' })], [undefined, '100100']);
  book.remove('local_rules.xml');
  assert.deepEqual([idOf(book, { a: 'given' }), idOf(book, { a: 'put' })], ['100100', undefined]);
});

test('with errors the old file stays, and the answer says why, with lines', (context) => {
  const dir = temporary(context);
  const { book } = open(dir);
  book.put('mine.xml', rule(100200, '<field name="a">put</field>'));
  const cases: readonly (readonly [string, RegExp])[] = [
    ['<group name="g,">\n<rule id="1"', /mine.xml 2: .*does not end the tag/],
    ['no xml at all', /text outside of any element/],
    [rule(100200, '\n<field name="a" type="pcre2">(</field>'), /mine.xml 2: .*does not close a group/],
    [rule(100100, ''), /the id is taken by my\/local_rules.xml:1/],
    [rule(100201, '<if_sid>4444</if_sid>'), /none of the rules it hangs below/],
    [rule(100201, '<list field="a">etc/lists/none</list>'), /the list etc\/lists\/none is not there/],
  ];
  for (const [text, why] of cases) {
    const { accepted, findings } = book.put('mine.xml', text);
    assert.equal(accepted, false, text);
    assert.match(findings.map(({ place, line, message }) => `${place} ${line}: ${message}`).join('\n'), why);
    assert.equal(idOf(book, { a: 'put' }), '100200');
  }
  assert.equal(idOf(open(dir).book, { a: 'put' }), '100200');
  book.put('z.xml', rule(100300, '<if_sid>100200</if_sid>'));
  const orphaned = book.put('mine.xml', rule(100201, ''));
  assert.equal(orphaned.accepted, false, 'a rule elsewhere would lose its parent');
  assert.equal(orphaned.findings[0]?.place, 'etc/rules/z.xml');
});

test('what can never fire or would not work on Wazuh is told, and loads', (context) => {
  const { book } = open(temporary(context));
  const { accepted, findings } = book.put(
    'mine.xml',
    rule(100200, '<if_sid>80200</if_sid><field name="data.aws.eventNam">x</field>'),
  );
  assert.equal(accepted, true);
  assert.deepEqual(findings.map(({ level }) => level).sort(), ['error', 'warning']);
});

test('a session of a log test counts for itself, and is forgotten', (context) => {
  const clock = virtualClock(Date.UTC(2026, 10, 26));
  const { book } = open(temporary(context));
  book.put(
    'm.xml',
    `${rule(100200, '<field name="a">x</field>')}<group name="g,"><rule id="100201" level="9" frequency="3" timeframe="60"><if_matched_sid>100200</if_matched_sid><description>d</description></rule></group>`,
  );
  const sessions = createLogtestSessions({ fresh: book.fresh, clock, strict: false, ruleTime: 'event' });
  const ask = (token?: string) => sessions.ask({ event: '{"a":"x"}', location: 'l', token });
  const first = ask();
  assert.deepEqual([first.begun, first.expired, first.alert], [true, false, true]);
  const idIn = ({ output }: typeof first): unknown => (output.rule as Document).id;
  assert.deepEqual([ask(first.token), ask(first.token)].map(idIn), ['100200', '100201']);
  assert.equal(idIn(ask()), '100200', 'another session');
  assert.equal(sessions.end(first.token), true);
  assert.deepEqual([ask(first.token).expired, sessions.end(first.token)], [true, false]);
  const many = Array.from({ length: 70 }, () => ask().token);
  assert.equal(ask(many[0]).expired, true, 'the longest unused go');
  assert.equal(ask(many.at(-1)).expired, false);
  assert.equal(book.engine().match(decode({ a: 'x' }), 0)?.firedTimes, 1, 'the spine does not notice');
});
