import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { groupAlerts } from '../../console/src/alerts/alert-groups.ts';
import { eventFields, filterFor, withFilter } from '../../console/src/events/event-fields.ts';
import { eventRow } from '../../console/src/events/event-row.ts';
import { momentOf } from '../../console/src/events/time-range.ts';
import { jsonTokens } from '../../console/src/parts/code-tokens.ts';
import { jsonMistake } from '../../console/src/parts/json-mistake.ts';
import { ago, count, localTime } from '../../console/src/parts/moment.ts';
import { oneLine, plainText } from '../../console/src/parts/plain-text.ts';
import { hrefs, placeOf } from '../../console/src/places.ts';
import { searchWords } from '../../console/src/wire/alerting.ts';
import { searchBody } from '../../console/src/wire/events.ts';
import type { Alert } from '../../src/api/wire.ts';

/** What the console makes of what the server answers, before anything is drawn. */

test('what cannot be seen is shown as an escape, and nothing else changes', () => {
  assert.equal(plainText('a\u202eb\u0000c\u200bd\u009b\u2066'), 'a\\u202eb\\u0000c\\u200bd\\u009b\\u2066');
  assert.equal(plainText('Grüße 日本 <b>\n\t'), 'Grüße 日本 <b>\n\t');
  assert.equal(oneLine('a\nb'), 'a b');
  assert.equal(oneLine({ a: ['\u202e'] }), '{"a":["\\u202e"]}');
  assert.equal(oneLine(0), '0');
  assert.equal(oneLine(''), undefined);
});

test('colouring gives back every character', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (code) => {
      assert.equal(
        jsonTokens(code)
          .map((token) => token.text)
          .join(''),
        code,
      );
    }),
  );
  assert.deepEqual(
    jsonTokens('{"a": ["b", -1.5e3, true]}')
      .filter(({ kind }) => kind !== 'plain')
      .map(({ kind, text }) => `${kind} ${text}`),
    ['key "a"', 'text "b"', 'number -1.5e3', 'word true'],
  );
});

test('a mistake in JSON is told by line and column', () => {
  const told: readonly (readonly [code: string, mistake: string | undefined])[] = [
    ['{"a": [1, {"b": null}]}', undefined],
    ['{\n  "a": }', 'Line 2, column 8: unexpected }, expected a value'],
    ['{"a": 1', 'Line 1, column 8: the text ends, expected "," or the end'],
    ['', 'Line 1, column 1: the text ends, expected a value'],
    ['{"a": 1,}', 'Line 1, column 9: unexpected }, expected a name in quotes'],
    ['[1 2]', 'Line 1, column 4: unexpected 2, expected "," or the end'],
    ['[1}', 'Line 1, column 3: unexpected }, expected "," or the end'],
    ["{'a': 1}", "Line 1, column 2: unexpected '"],
    ['{"a": "b\n"}', 'Line 1, column 7: this text has no end, or a wrong character in it'],
    ['{} {}', 'Line 1, column 4: unexpected {, expected nothing more'],
  ];
  for (const [code, mistake] of told) assert.equal(jsonMistake(code), mistake);
  const pieces = fc.array(fc.constantFrom('{', '}', '[', ']', ',', ':', '"a"', '1', 'null', ' ', '"', '-'));
  fc.assert(fc.property(pieces, (parts) => assert.doesNotMatch(jsonMistake(parts.join('')) ?? '', /undefined/)));
});

test('addresses lead where they were made for', () => {
  const odd = 'a/b?c#d é%';
  const place = (href: string) => {
    const url = new URL(href, 'http://127.0.0.1');
    return placeOf(url.pathname, url.hash).page;
  };
  assert.deepEqual(place(hrefs.monitor(odd)), { name: 'monitor', id: odd, editing: false });
  assert.deepEqual(place(hrefs.editMonitor(odd)), { name: 'monitor', id: odd, editing: true });
  assert.deepEqual(place(hrefs.event('wazuh-alerts-4.x-2026.11.24', odd)), {
    name: 'event',
    index: 'wazuh-alerts-4.x-2026.11.24',
    id: odd,
  });
  assert.deepEqual(place(hrefs.alerts({ search: odd })), { name: 'alerts' });
  assert.deepEqual(place('/app/'), { name: 'alerts' });
  assert.deepEqual(place('/app/discover'), { name: 'events' });
  assert.deepEqual(place('/app/alerting#/monitors/%E0%A4%A'), { name: 'monitor', id: '%E0%A4%A', editing: false });
  assert.deepEqual(place('/app/else'), { name: 'nowhere' });
  assert.equal(
    placeOf('/app/alerting', new URL(hrefs.alerts({ search: odd }), 'http://x').hash).query.get('search'),
    odd,
  );
});

test('alerts are joined by trigger: what waits comes first, then the severest, then the newest', () => {
  const groups = groupAlerts([
    alert({ trigger_id: 'low', severity: '4', start_time: 9 }),
    alert({ trigger_id: 'done', state: 'COMPLETED', start_time: 8, end_time: 20 }),
    alert({ trigger_id: 'top', start_time: 5, trailhound: { events: [], total: 3 } }),
    alert({ trigger_id: 'top', start_time: 7, state: 'ACKNOWLEDGED', trailhound: { events: [], total: 2 } }),
    alert({ trigger_id: 'seen', state: 'ACKNOWLEDGED', start_time: 6 }),
    alert({ trigger_id: 'error', state: 'ERROR', severity: '2', start_time: 1 }),
  ]);
  assert.deepEqual(
    groups.map((group) => group.triggerId),
    ['top', 'error', 'low', 'seen', 'done'],
  );
  const [top] = groups;
  assert.deepEqual(top?.states, [
    { state: 'ACTIVE', alerts: 1 },
    { state: 'ACKNOWLEDGED', alerts: 1 },
  ]);
  assert.equal(top?.events, 5);
  assert.equal(top?.start, 7);
  assert.equal(groups[4]?.updated, 20);
  assert.equal(groups[1]?.events, undefined);
});

test('a row of events is made of any document', () => {
  const row = eventRow({
    '@timestamp': '2026-11-24T00:00:01Z',
    rule: { id: '119500', level: 5, description: 'AWS' },
    data: {
      aws: {
        eventTime: '2026-11-24T00:00:00Z',
        eventName: 'GetObject',
        eventSource: 's3.amazonaws.com',
        userIdentity: { type: 'AWSAccount', accountId: 'anonymous', principalId: 'Anonymous' },
        sourceIPAddress: '198.51.100.7',
        requestParameters: { bucketName: 'b', key: 'k' },
      },
    },
    trailhound: { anonymous: true },
  });
  assert.deepEqual(row, {
    time: '2026-11-24T00:00:00Z',
    eventName: 'GetObject',
    source: 's3.amazonaws.com',
    identity: 'Anonymous',
    anonymous: true,
    sourceIp: '198.51.100.7',
    resource: 'b/k',
    errorCode: undefined,
    rule: { id: '119500', level: '5', description: 'AWS' },
  });
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom('data', 'rule', 'trailhound', '__proto__'), fc.jsonValue()),
      (document) => {
        eventRow(document as Record<string, unknown>);
        eventFields(document);
      },
    ),
  );
});

test('fields have dotted paths, and a filter only where the query language can say it', () => {
  const fields = eventFields(JSON.parse('{"a":{"b":"x\\"y","__proto__":{"c":1}},"l":[1],"odd key":"v"}'));
  assert.deepEqual(
    fields.map((field) => [field.path, filterFor(field)]),
    [
      ['a.b', 'a.b:"x\\"y"'],
      ['a.__proto__.c', 'a.__proto__.c:"1"'],
      ['l', undefined],
      ['odd key', undefined],
    ],
  );
  assert.equal(withFilter('', 'a:"1"'), 'a:"1"');
  assert.equal(withFilter('a:"1"', 'b:"2"'), 'a:"1" AND b:"2"');
  assert.equal(withFilter('a OR b', 'c:"3"'), '(a OR b) AND c:"3"');
});

test('bounds of time are relative, absolute, or none', () => {
  const now = Date.parse('2026-11-24T00:00:00Z');
  assert.equal(momentOf('now', now), now);
  assert.equal(momentOf('now-15m', now), now - 900_000);
  assert.equal(momentOf('2026-11-23T00:00:00Z', now), now - 86_400_000);
  assert.equal(momentOf('', now), undefined);
  assert.equal(momentOf('yesterday', now), undefined);
});

test('searches are sent as the server reads them', () => {
  assert.equal(searchWords(' leaky  get*:x '), '*leaky* *get\\*\\:x*');
  assert.deepEqual(searchBody({ text: ' ', from: undefined, to: undefined, offset: 0, size: 50 }), {
    from: 0,
    size: 50,
    track_total_hits: true,
    query: { match_all: {} },
    sort: [{ '@timestamp': { order: 'desc', unmapped_type: 'date' } }],
  });
});

test('moments and counts are told for people', () => {
  assert.equal(localTime(Number.NaN), '–');
  assert.match(localTime(0), /^(1970|1969)-\d\d-\d\d \d\d:\d\d:\d\d$/);
  assert.deepEqual(
    [0, 59_000, 60_000, 7_200_000, 200_000_000].map((age) => ago(1e12 - age, 1e12)),
    ['0 s ago', '59 s ago', '1 min ago', '2 h ago', '2 d ago'],
  );
  assert.equal(count(1, 'event'), '1 event');
  assert.equal(count(12_345, 'event'), '12,345 events');
});

function alert(changes: Partial<Alert>): Alert {
  const id = `${changes.trigger_id} ${changes.start_time}`;
  return {
    id,
    version: 1,
    monitor_id: 'm',
    workflow_id: '',
    workflow_name: '',
    associated_alert_ids: [],
    schema_version: 5,
    monitor_version: 1,
    monitor_name: 'M',
    execution_id: '',
    trigger_id: 't',
    trigger_name: 'T',
    finding_ids: [],
    related_doc_ids: [],
    state: 'ACTIVE',
    error_message: null,
    alert_history: [],
    severity: '1',
    action_execution_results: [],
    start_time: 0,
    last_notification_time: null,
    end_time: null,
    acknowledged_time: null,
    ...changes,
  };
}
