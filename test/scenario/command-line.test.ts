import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { run, temporaryFolder } from '../program.ts';
import { s3Record } from '../records.ts';

/** The command line, stable from now on: what it prints, in which form, and how it ends. */

test('help and wrong use', async (context) => {
  for (const command of ['serve', 'ingest', 'logtest', 'lint', 'search', 'alerts', 'monitors', 'config']) {
    const help = await run([command, '--help']);
    assert.equal(help.code, 0, command);
    assert.match(help.out, /--json/, command);
  }
  const cases: [args: string[], code: number, words: RegExp][] = [
    [['nonsense'], 2, /unknown command/],
    [['serve', '--port', '70000'], 2, /is no port/],
    [['serve', '--host', '0.0.0.0', '--data', 'NEW'], 1, /only loopback/],
    [['ingest', './not-there', '--data', 'NEW'], 1, /not-there.*not there/],
    [['search', 'x', '--data', './not-there'], 1, /no data folder/],
    [['search', 'x', '--url', 'http://127.0.0.1:9'], 1, /no server answers/],
    [['config', '--config', './not-there.yaml'], 1, /configuration file/],
    [['\u001b[31mred'], 2, /\\u001b\[31mred/],
  ];
  const folder = temporaryFolder(context);
  for (const [args, code, words] of cases) {
    const answer = await run(args.map((arg) => (arg === 'NEW' ? folder : arg)));
    assert.equal(answer.code, code, `${args.join(' ')}: ${answer.err}`);
    assert.match(answer.err, words);
  }
});

test('from standard input to an acknowledged alert, in JSON', async (context) => {
  const data = join(temporaryFolder(context), 'data');
  const lines = [1, 2, 3].map((number) => JSON.stringify(s3Record(number, 'GetObject', 'anonymous'))).join('\n');
  const summary = JSON.parse((await run(['ingest', '-', '--data', data, '--json'], lines)).out);
  const { files, records, events, duplicates, problems, alerts } = summary;
  assert.deepEqual(
    { files, records, events, duplicates, problems, alerts },
    { files: 1, records: 3, events: 3, duplicates: 0, problems: 0, alerts: 2 },
    "the guide's alert, and the hardened one's for this bucket and address",
  );

  const hits = (await run(['search', 'data.aws.userIdentity.principalId:Anonymous', '--data', data, '--json'])).out;
  assert.equal(
    hits
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)._index).length,
    3,
  );
  const bad = await run(['search', 'a:(', '--data', data]);
  assert.equal(bad.code, 1);
  assert.match(bad.err, /Failed to parse query/);

  const monitors = (await run(['monitors', '--data', data, '--json'])).out.trim().split('\n');
  assert.equal(monitors.map((line) => JSON.parse(line).monitor.name).length, 22, "the guide's six and the hardened");
  const [alert] = (await run(['alerts', '--data', data, '--json'])).out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual([alert.state, alert.trailhound.total], ['ACTIVE', 3]);
  const answers = await run(['alerts', 'acknowledge', alert.id, 'nobody', '--data', data, '--json']);
  assert.deepEqual(
    answers.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
    [
      { id: alert.id, acknowledged: true },
      { id: 'nobody', acknowledged: false },
    ],
  );
  assert.equal(answers.code, 1);
});
