import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Program, serve, temporaryFolder, until } from '../program.ts';

/** A thousand misspelt words, each of which is compared with each word of each document; the last one is right. */
const dear = {
  bool: {
    should: Array.from({ length: 1000 }, (_, n) => ({
      fuzzy: { text: { value: n === 999 ? 'documents' : `wrod${n * 7919}`, fuzziness: 2 } },
    })),
  },
};

/** Without a search index, as names with a dot have none: the program reads them all. */
const unindexed = '.dear';

async function fill(program: Program, index: string): Promise<void> {
  for (let from = 0; from < 10_000; from += 2000) {
    const lines = Array.from({ length: 2000 }, (_, at) => {
      const words = Array.from({ length: 20 }, (_, n) => `word${(from + at) * 20 + n}`).join(' ');
      return `{"create":{"_index":"${index}"}}\n{"text":"documents ${words}"}\n`;
    });
    const { body } = await program.call('POST', '/_bulk', lines.join(''));
    assert.equal(body.errors, false);
  }
}

const monitor = {
  type: 'monitor',
  name: 'dear',
  monitor_type: 'query_level_monitor',
  enabled: true,
  schedule: { period: { interval: 1, unit: 'MINUTES' } },
  inputs: [{ search: { indices: [unindexed], query: { size: 0, query: dear } } }],
  triggers: [
    {
      query_level_trigger: {
        name: 'any',
        severity: '1',
        condition: { script: { source: 'ctx.results[0].hits.total.value > 0', lang: 'painless' } },
        actions: [],
      },
    },
  ],
  ui_metadata: { trailhound: { interval_seconds: 1 } },
};

const alerting = '/_plugins/_alerting';

/** How often monitors were run, those under way included. */
async function runs(program: Program): Promise<number> {
  return (await program.call('GET', `${alerting}/stats`)).body.trailhound?.runs ?? 0;
}

test('Ctrl-C cuts off searches and monitors under way, which leave nothing behind', {
  timeout: 600_000,
}, async (context) => {
  const data = join(temporaryFolder(context), 'data');
  let program = await serve(['--data', data, '--no-shipped-monitors']);
  await fill(program, unindexed);
  const { body: created } = await program.call('POST', `${alerting}/monitors`, monitor);
  const asked = program.call('POST', `/${unindexed}/_search`, { size: 0, query: dear }).then(
    () => 'answered',
    () => 'cut off',
  );
  await until('the run', async () => ((await runs(program)) > 0 ? true : undefined), 120_000);
  assert.equal(await program.stop(), 0);
  assert.equal(await asked, 'cut off');
  assert.match(program.output(), /^Stopped\.$/m);
  assert.doesNotMatch(program.output(), /error|could not/);

  program = await serve(['--data', data, '--no-shipped-monitors']);
  context.after(() => program.kill());
  const { body: found } = await program.call('GET', `${alerting}/monitors/alerts`);
  assert.deepEqual(found.alerts, [], 'a run that was cut off says nothing');
  assert.equal((await program.call('GET', `/${unindexed}/_count`)).body.count, 10_000);
  assert.equal((await program.call('GET', `${alerting}/monitors/${created._id}`)).status, 200);
});

test('a second signal ends the program at once', { timeout: 600_000 }, async (context) => {
  const data = join(temporaryFolder(context), 'data');
  const program = await serve(['--data', data, '--no-shipped-monitors']);
  context.after(() => program.kill());
  // The newest documents are put into a file at a stop, which takes a while.
  await fill(program, 'logs');
  process.kill(program.pid, 'SIGTERM');
  assert.equal(await program.stop(), 130);
});
