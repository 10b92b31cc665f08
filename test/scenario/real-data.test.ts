import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { run, serve, shared, temporaryFolder, withShared } from '../program.ts';

/** Real CloudTrail of other people, read from ../shared/data: none lost, none refused, none twice. */

test('sans504 and invictus, once and once more', { ...withShared, timeout: 300_000 }, async (context) => {
  const data = join(temporaryFolder(context), 'data');
  const args = ['ingest', join(shared, 'data/sans504'), join(shared, 'data/invictus'), '--data', data, '--json'];
  const first = JSON.parse((await run(args)).out);
  assert.equal(first.records, 11_805 + 2_900);
  assert.equal(first.events, 9_342 + 2_900);
  assert.equal(first.duplicates, 11_805 - 9_342);
  assert.ok(first.alerts > 0, 'PutBucketPolicy is in invictus');
  const again = JSON.parse((await run(args)).out);
  assert.equal(again.events, 0, 'nothing is new the second time');
  const found = await run(['search', '{"size":0,"query":{"match_all":{}},"track_total_hits":true}', '--data', data]);
  assert.match(found.err, /12242 found/);
});

test('every CloudTrail record inside the JSON lines of ../shared/data is stored and found again', {
  ...withShared,
  timeout: 300_000,
}, async (context) => {
  const folder = temporaryFolder(context);
  const lake = join(folder, 'lake');
  mkdirSync(lake);
  const ids = new Set<string>();
  let unnamed = 0;
  for (const file of jsonLines(join(shared, 'data'))) {
    const records = readFileSync(file, 'utf8')
      .split('\n')
      .filter(Boolean)
      .flatMap((line) => recordsIn(JSON.parse(line)));
    for (const record of records) {
      if (typeof record.eventID === 'string' && /[0-9a-z]/i.test(record.eventID)) ids.add(record.eventID);
      else unnamed++;
    }
    writeFileSync(join(lake, `${file.replaceAll('/', '_')}.json`), JSON.stringify({ Records: records }));
  }
  for (const file of readdirSync(join(shared, 'data/eventversions')).filter((name) => name.endsWith('.json'))) {
    writeFileSync(join(lake, `eventversions_${file}`), readFileSync(join(shared, 'data/eventversions', file)));
  }
  assert.ok(ids.size > 400, `${ids.size} ids`);
  const data = join(folder, 'data');
  const summary = JSON.parse((await run(['ingest', lake, '--data', data, '--json'])).out);
  assert.ok(summary.events >= ids.size, `${summary.events} events of ${ids.size} ids and ${unnamed} records without`);
  const program = await serve(['--data', data]);
  context.after(() => program.stop());
  const missing: string[] = [];
  const all = [...ids];
  for (let from = 0; from < all.length; from += 200) {
    const part = all.slice(from, from + 200);
    const { body } = await program.call('POST', '/wazuh-alerts-4.x-*/_search', {
      size: 5000,
      query: { terms: { _id: part } },
      _source: false,
    });
    const found = new Set(body.hits.hits.map((hit: { _id: string }) => hit._id));
    missing.push(...part.filter((id) => !found.has(id)));
  }
  assert.deepEqual(missing, []);
});

/** A line is a record, or holds records under a name of the set's own (`event`, `envelope`, `record`, `detail`, …). */
function recordsIn(value: unknown, depth = 0): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null || depth > 4) return [];
  if (Array.isArray(value)) return value.flatMap((entry) => recordsIn(entry, depth + 1));
  const object = value as Record<string, unknown>;
  if (
    typeof object.eventSource === 'string' &&
    typeof object.eventName === 'string' &&
    typeof object.eventVersion === 'string'
  )
    return [object];
  return Object.values(object).flatMap((entry) => recordsIn(entry, depth + 1));
}

function jsonLines(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return jsonLines(path);
    return path.endsWith('.jsonl') ? [path] : [];
  });
}
