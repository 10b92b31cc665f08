import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DayTimes, parseTime, parseWeekday } from './day-times.ts';

const thursday = Date.UTC(1970, 0, 1);
const at = (day: number, hour: number, minute = 0): number =>
  thursday + ((day - 4) * 24 + hour) * 3_600_000 + minute * 60_000;

function parsed(times: DayTimes | string): DayTimes {
  if (typeof times === 'string') assert.fail(times);
  return times;
}

test('times of day', () => {
  for (const [text, yes, no] of [
    ['08:00-18:00', [at(1, 8), at(1, 18)], [at(1, 7, 59), at(1, 18, 1)]],
    ['6 pm - 8:30 am', [at(1, 18), at(1, 0), at(1, 8, 30)], [at(1, 12), at(1, 8, 31)]],
    ['!08:00-18:00', [at(1, 7)], [at(1, 9)]],
    ['12 am - 12 pm', [at(1, 0), at(1, 12)], [at(1, 13)]],
  ] as const) {
    for (const moment of yes) assert.equal(parsed(parseTime(text)).has(moment), true, text);
    for (const moment of no) assert.equal(parsed(parseTime(text)).has(moment), false, text);
  }
  for (const text of ['', '8', '25:00-26:00', '08:60-09:00', '13 pm - 2 am'])
    assert.equal(typeof parseTime(text), 'string', text);
});

test('days of the week', () => {
  for (const [text, days] of [
    ['monday', [1]],
    ['mon, tue', [1, 2]],
    ['weekdays', [1, 2, 3, 4, 5]],
    ['weekends', [0, 6]],
    ['!weekends friday', [1, 2, 3, 4]],
  ] as const) {
    const has = [0, 1, 2, 3, 4, 5, 6].filter((day) => parsed(parseWeekday(text)).has(at(day, 5)));
    assert.deepEqual(has, [...days], text);
  }
  assert.equal(typeof parseWeekday('!'), 'string');
});
