import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Json, root, run, serve, temporaryFolder } from '../program.ts';

/** Monitors in files: between a folder and the real program, and between a folder and a server that rewrites as OpenSearch does. */

const monitors = '/_plugins/_alerting/monitors';
const lines = (text: string): Json[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

test('pull, diff, push, validate: a folder and a server come to say the same', async (t) => {
  const folder = temporaryFolder(t);
  const program = await serve(['--data', join(folder, 'data')]);
  t.after(() => program.stop());
  const dir = join(folder, 'monitors');
  const cli = (...args: readonly string[]) => run(['monitors', ...args, dir, '--url', program.url]);

  assert.equal((await cli('pull')).code, 0);
  const shipped = ['guide', 'hardened'].flatMap((kind) => readdirSync(join(root, 'content/monitors', kind)));
  assert.deepEqual(readdirSync(dir).sort(), shipped.filter((name) => name.endsWith('.json')).sort());
  assert.equal((await cli('diff')).code, 0);
  assert.ok(lines((await cli('pull', '--json')).out).every(({ action }) => action === 'unchanged'));

  // A change in a file.
  const file = join(dir, 's3-putbucketpolicy.json');
  const text = readFileSync(file, 'utf8');
  writeFileSync(
    file,
    text.replace('"severity": "', '"severity": "4').replace('PutBucketPolicy"', 'DeleteBucketPolicy"'),
  );
  const differing = await cli('diff', '--json');
  assert.equal(differing.code, 1);
  const [found, ...more] = lines(differing.out);
  assert.deepEqual(more, []);
  assert.equal(found.file, file);
  assert.ok(found.differences.some(({ path }: Json) => path.endsWith('.severity')));
  assert.match((await cli('push', '--dry-run')).out, /would update .*s3-putbucketpolicy/);
  assert.equal((await cli('diff')).code, 1);
  const pushed = lines((await cli('push', '--json')).out).filter(({ action }) => action !== 'unchanged');
  assert.deepEqual(
    pushed.map(({ action, file: path }) => [action, path]),
    [['updated', file]],
  );
  assert.equal((await cli('diff')).code, 0);

  // A new file in YAML: created, marked with its id, its comments kept, and its trigger's id stable from then on.
  const yaml = join(dir, 'mine.yaml');
  const own = `# mine
name: Mine
schedule: { period: { interval: 5, unit: MINUTES } }
inputs:
  - search: { indices: ["wazuh-alerts-4.x-*"], query: { query: { term: { "rule.level": 12 } } } } # loud
triggers:
  - name: loud
    severity: 1
    condition: { script: { source: 'ctx.results[0].hits.total.value > 0' } }
    actions: []
`;
  writeFileSync(yaml, own);
  assert.equal((await cli('diff')).code, 1);
  assert.equal((await cli('push')).code, 0);
  const marked = readFileSync(yaml, 'utf8');
  assert.match(marked, /# mine[\s\S]*# loud/);
  const id = /id: (\S+)/.exec(marked)?.[1] ?? '';
  const made = (await program.call('GET', `${monitors}/${id}`)).body.monitor;
  assert.equal(made.name, 'Mine');
  writeFileSync(yaml, marked.replace('name: Mine', 'name: Mine, renamed').replace('12', '13'));
  assert.equal((await cli('push')).code, 0);
  const changed = (await program.call('GET', `${monitors}/${id}`)).body.monitor;
  assert.equal(changed.name, 'Mine, renamed');
  assert.equal(changed.triggers[0].query_level_trigger.id, made.triggers[0].query_level_trigger.id);
  assert.equal((await cli('diff')).code, 0);

  // A monitor that only the server has.
  await program.call('POST', monitors, { ...changed, name: 'Theirs' });
  const theirs = await cli('diff');
  assert.equal(theirs.code, 1, theirs.err);
  assert.match(theirs.out, /only on the server/);
  assert.equal((await run(['monitors', 'diff', yaml, '--url', program.url])).code, 0, 'named files ask for themselves');
  assert.match((await cli('pull')).out, /created .*theirs\.json/);
  assert.equal((await cli('diff')).code, 0);

  // What cannot work is told with its place, and not pushed.
  writeFileSync(yaml, readFileSync(yaml, 'utf8').replace('hits.total.value > 0', 'hits.nope('));
  const faults = await run(['monitors', 'validate', dir, '--json']);
  assert.equal(faults.code, 1);
  const [fault] = lines(faults.out);
  assert.deepEqual([fault.file, fault.line, fault.path], [yaml, 9, 'triggers[0].condition.script.source']);
  const refused = await cli('push');
  assert.equal(refused.code, 1);
  assert.match(refused.err, /mine\.yaml: it cannot work as it is/);
  assert.equal((await run(['monitors', 'diff', join(folder, 'nowhere'), '--url', program.url])).code, 2);
  assert.equal((await run(['monitors', 'diff', dir, '--url', 'http://127.0.0.1:1'])).code, 2);
});

/** A cluster as the commands see one: queries come back rewritten, `ui_metadata` only for Dashboards, a login is asked for. */
async function startCluster(t: TestContext): Promise<{ url: string; kept: Map<string, Json> }> {
  const kept = new Map<string, Json>();
  let seqNo = 40;
  const recorded = JSON.parse(readFileSync(join(root, 'test/recorded/alerting/monitor-create.json'), 'utf8'));
  const { body: answered } = recorded.response;
  kept.set(answered._id, { seqNo, monitor: answered.monitor });
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += chunk));
    request.on('end', () => {
      const answer = (status: number, body: unknown): void => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      };
      if (request.headers.authorization !== `Basic ${Buffer.from('admin:secret pass').toString('base64')}`) {
        return answer(401, { error: 'Unauthorized', status: 401 });
      }
      const path = request.url ?? '';
      if (path.endsWith('/_search')) {
        const hits = [...kept].map(([_id, { seqNo: _seq_no, monitor }]) => {
          const { ui_metadata: _, ...plain } = monitor;
          const shown = request.headers['user-agent']?.includes('OpenSearch-Dashboards') ? monitor : plain;
          return { _id, _seq_no, _primary_term: 2, _source: shown };
        });
        const workflow = { _id: 'w', _seq_no: 1, _primary_term: 1, _source: { type: 'workflow', name: 'w' } };
        return answer(200, { hits: { hits: [...hits, workflow] } });
      }
      const [, id = '', want] = /monitors\/([^?]+)\?if_seq_no=(\d+)&if_primary_term=2$/.exec(path) ?? [];
      if (kept.get(id)?.seqNo !== Number(want)) return answer(409, { error: { reason: 'stale' }, status: 409 });
      seqNo += 3;
      kept.set(id, { seqNo, monitor: { ...JSON.parse(text), schema_version: 8, enabled_time: 5 } });
      return answer(200, { _id: id });
    });
  });
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  t.after(() => new Promise<void>((done) => void server.close(() => done())));
  return { url: `http://admin:secret%20pass@127.0.0.1:${(server.address() as AddressInfo).port}`, kept };
}

test('a cluster: logged in, rewritten queries are the same, a stale file is no overwrite', async (t) => {
  const folder = temporaryFolder(t);
  const { url, kept } = await startCluster(t);
  const dir = join(folder, 'monitors');
  const cli = (...args: readonly string[]) => run(['monitors', ...args, dir, '--url', url]);
  const pulled = await cli('pull');
  assert.equal(pulled.code, 0, pulled.err);
  const [name = ''] = readdirSync(dir);
  const file = join(dir, name);
  const [[id = '', first] = []] = kept;

  // The file as its author wrote it, without what the cluster made of it.
  const { request } = JSON.parse(readFileSync(join(root, 'test/recorded/alerting/monitor-create.json'), 'utf8'));
  writeFileSync(file, JSON.stringify(request.body));
  assert.equal((await cli('diff')).code, 0);
  writeFileSync(file, JSON.stringify({ ...request.body, triggers: [{ ...request.body.triggers[0] }], enabled: false }));
  const differing = await cli('diff', '--json');
  assert.deepEqual(
    lines(differing.out)[0].differences.map(({ path }: Json) => path),
    ['enabled'],
  );
  assert.equal((await cli('push')).code, 0);
  const now = kept.get(id);
  assert.equal(now.monitor.enabled, false);
  assert.equal(now.monitor.ui_metadata?.trailhound?.id, undefined);
  const ids = (monitor: Json): unknown => monitor.triggers.map((trigger: Json) => trigger.query_level_trigger.id);
  assert.deepEqual(ids(now.monitor), ids(first.monitor), 'a new id would end its alerts');
  assert.equal((await cli('diff')).code, 0);
  const outside = await run(['monitors', 'diff', dir, '--url', url.replace('secret', 'wrong')]);
  assert.equal(outside.code, 2);
  assert.ok(!`${outside.out}${outside.err}`.includes('wrong'));
});
