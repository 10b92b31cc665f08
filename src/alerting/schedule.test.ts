import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextFire, parseSchedule, periodStart, refinedSchedule, scheduleJson } from './schedule.ts';

const at = (iso: string): number => Date.parse(iso);
const cron = (expression: string, timezone = 'UTC'): unknown => ({ cron: { expression, timezone } });
const period = (interval: unknown, unit: unknown = 'MINUTES'): unknown => ({ period: { interval, unit } });

const fires: readonly [name: string, schedule: unknown, enabled: string, after: string, next: string][] = [
  [
    'first run one interval after enabling',
    period(1),
    '2026-01-01T00:00:13Z',
    '2026-01-01T00:00:13Z',
    '2026-01-01T00:01:13Z',
  ],
  ['phase of the enabled time', period(5), '2026-01-01T00:00:13Z', '2026-01-01T10:02:00Z', '2026-01-01T10:05:13Z'],
  ['strictly after', period(1, 'HOURS'), '2026-01-01T00:00:00Z', '2026-01-01T02:00:00Z', '2026-01-01T03:00:00Z'],
  [
    'days, lower case, text',
    period('2', 'days'),
    '2026-01-01T00:00:00Z',
    '2026-01-01T00:00:00Z',
    '2026-01-03T00:00:00Z',
  ],
  ['cron on the minute', cron('*/5 * * * *'), '2026-01-01T00:00:00Z', '2026-01-01T00:02:11Z', '2026-01-01T00:05:00Z'],
  [
    'cron in a zone',
    cron('0 9 * * 1', 'America/Los_Angeles'),
    '2026-01-01T00:00:00Z',
    '2026-01-01T00:00:00Z',
    '2026-01-05T17:00:00Z',
  ],
  [
    'cron over the start of summer time',
    cron('0 9 * * *', 'Europe/Berlin'),
    '2026-01-01T00:00:00Z',
    '2026-03-28T12:00:00Z',
    '2026-03-29T07:00:00Z',
  ],
  [
    'cron over the end of summer time',
    cron('0 9 * * *', 'Europe/Berlin'),
    '2026-01-01T00:00:00Z',
    '2026-10-24T12:00:00Z',
    '2026-10-25T08:00:00Z',
  ],
  [
    'day of month or weekday',
    cron('0 0 13 * 5'),
    '2026-01-01T00:00:00Z',
    '2026-01-09T12:00:00Z',
    '2026-01-13T00:00:00Z',
  ],
  ['7 is Sunday', cron('0 0 * * 7'), '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', '2026-01-04T00:00:00Z'],
];

for (const [name, json, enabled, after, next] of fires) {
  test(`next fire: ${name}`, () => {
    const found = nextFire(parseSchedule(json), at(enabled), at(after));
    assert.equal(found && new Date(found).toISOString(), new Date(next).toISOString());
  });
}

test('an hour that summer time skips or repeats fires once', () => {
  for (const [zone, day, expression] of [
    ['America/New_York', '2026-03-08', '30 2 * * *'],
    ['America/New_York', '2026-11-01', '30 1 * * *'],
  ] as const) {
    const schedule = parseSchedule(cron(expression, zone));
    let fired = 0;
    let time = at(`${day}T00:00:00Z`);
    for (;;) {
      const next = nextFire(schedule, 0, time);
      if (next === undefined || next >= at(`${day}T00:00:00Z`) + 86_400_000) break;
      time = next;
      fired++;
    }
    assert.equal(fired, 1, zone);
  }
});

test('periods join without a gap', () => {
  const schedule = parseSchedule(cron('*/7 * * * *'));
  const next = nextFire(schedule, 0, at('2026-01-01T10:00:01Z')) ?? 0;
  assert.equal(periodStart(schedule, next), at('2026-01-01T10:00:00Z'));
  assert.equal(periodStart(parseSchedule(period(2, 'HOURS')), 7_200_000), 0);
  assert.equal(nextFire(parseSchedule(cron('0 0 31 2 *')), 0, 0), undefined, 'a day that never comes');
});

const refused: readonly [unknown, string][] = [
  [{}, 'Schedule is null.'],
  [{ nope: 1 }, 'Invalid field: [nope] found in schedule.'],
  [
    { period: { interval: 1, unit: 'MINUTES' }, cron: { expression: '* * * * *', timezone: 'UTC' } },
    'You can only specify one type of schedule.',
  ],
  [period(1, 'SECONDS'), 'Timezone Seconds is not supported expected [Minutes, Hours, Days]'],
  [period(1, 'weeks'), 'Timezone Weeks is not supported expected [Minutes, Hours, Days]'],
  [period(1, 'constructor'), 'No enum constant java.time.temporal.ChronoUnit.CONSTRUCTOR'],
  [period(0), 'Interval is not allowed to be 0 or negative'],
  [period(1.5), 'Interval in period schedule is not a whole number: [1.5]'],
  [{ cron: { expression: '* * * * *' } }, 'Timezone in cron schedule is null.'],
  [cron('* * * * * *'), 'Cron expression contains 6 parts but we expect one of [5]'],
  [cron('@daily'), 'Cron expression contains 1 parts but we expect one of [5]'],
  [cron('* * * * *', 'Mars/Olympus'), 'Timezone Mars/Olympus is not supported'],
  [cron('99 * * * *'), 'Invalid cron expression: [99 * * * *]: CronPattern: Invalid value for minute: 99'],
  [cron('0 0 L * *'), 'Invalid cron expression: [0 0 L * *]'],
];

for (const [json, reason] of refused) {
  test(`refused: ${reason}`, () => assert.throws(() => parseSchedule(json), { message: reason, status: 400 }));
}

test('written as it is answered', () => {
  assert.deepEqual(scheduleJson(parseSchedule(period('3', 'minutes'))), { period: { interval: 3, unit: 'MINUTES' } });
});

const refined: readonly [name: string, schedule: unknown, seconds: unknown, everyMs: number | undefined][] = [
  ['seconds make an interval shorter', period(1), 10, 10_000],
  ['never longer: a client that does not know them may shorten the interval', period(1), 90, 60_000],
  ['none', period(2), undefined, 120_000],
  ['none, as null', period(2), null, 120_000],
  ['a cron expression says its own times', cron('*/5 * * * *'), 10, undefined],
];

for (const [name, json, seconds, everyMs] of refined) {
  test(`interval_seconds: ${name}`, () => {
    const schedule = refinedSchedule(parseSchedule(json), seconds);
    assert.deepEqual(scheduleJson(schedule), scheduleJson(parseSchedule(json)), 'the wire does not show them');
    if (everyMs === undefined) return;
    const enabled = at('2026-01-01T00:00:13Z');
    assert.equal(nextFire(schedule, enabled, enabled), enabled + everyMs);
    assert.equal(periodStart(schedule, enabled + everyMs), enabled);
  });
}

for (const seconds of [0, -1, 1.5, '10', {}, Number.NaN]) {
  test(`interval_seconds: ${JSON.stringify(seconds)} is refused`, () => {
    assert.throws(() => refinedSchedule(parseSchedule(period(1)), seconds), /interval_seconds: .* no whole number/);
  });
}
