import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { root, temporaryFolder } from '../program.ts';

/** docs/TUTORIAL.md, replayed: `sh` blocks are typed in order, and the lines of a `text` block must be in what came out. */

const venv = process.env.TRAILHOUND_VENV ?? join(root, '.venv');
const found = [join(venv, 'bin'), ...(process.env.PATH ?? '').split(':')].some((folder) =>
  existsSync(join(folder, 'aws')),
);
const needsAws = found ? {} : { skip: `no aws on the PATH or in ${venv}: pip install awscli` };

interface Block {
  readonly kind: string;
  readonly lines: string;
}

test('the tutorial works as it is written', { ...needsAws, timeout: 300_000 }, async (context) => {
  const folder = temporaryFolder(context);
  for (const name of ['bin', 'content', 'dist', 'node_modules', 'package.json'])
    symlinkSync(join(root, name), join(folder, name));
  const ports = new Map([
    ['9410', await freePort()],
    ['9400', await freePort()],
  ]);
  const page = [...ports].reduce(
    (text, [written, free]) => text.replaceAll(written, String(free)),
    readFileSync(join(root, 'docs', 'TUTORIAL.md'), 'utf8'),
  );
  const blocks = [...page.matchAll(/^```(\w+(?: \w+)?)\n(.*?)^```$/gms)].map(
    (match): Block => ({ kind: match[1] ?? '', lines: match[2] ?? '' }),
  );
  assert.ok(blocks.filter(({ kind }) => kind.startsWith('sh')).length >= 10);
  const env = {
    PATH: `${join(venv, 'bin')}:${process.env.PATH}`,
    HOME: folder,
    AWS_PAGER: '',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  // What was exported or assigned earlier still holds: all blocks so far are typed again, but only exports and assignments.
  let setting = '';
  for (const [index, { kind, lines }] of blocks.entries()) {
    if (!kind.startsWith('sh')) continue;
    const next = blocks[index + 1];
    const expected = next?.kind === 'text' ? next.lines.trim().split('\n') : [];
    if (kind === 'sh terminal') {
      await background(context, `${setting}\nexec ${lines}`, folder, env);
      continue;
    }
    const end = performance.now() + (kind === 'sh retry' ? 60_000 : 0);
    for (;;) {
      const { code, output } = await type(`${setting}\n${lines}`, folder, env);
      const missing = expected.filter((line) => !output.includes(line));
      if (missing.length === 0 && code === 0) break;
      if (performance.now() > end)
        assert.fail(`after\n${lines}\n(exit ${code}) there is no "${missing.join('", "')}" in\n${output}`);
      await new Promise((done) => setTimeout(done, 500));
    }
    setting += `\n${lines
      .split('\n')
      .filter((line) => /^(export |[A-Z]+=)/.test(line))
      .join('\n')}`;
  }
});

function type(script: string, cwd: string, env: NodeJS.ProcessEnv): Promise<{ code: number | null; output: string }> {
  return new Promise((done) => {
    const child = spawn('bash', ['-e', '-c', script], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.on('close', (code) => done({ code, output }));
  });
}

/** A program of another terminal: resolves when it says that it is ready. */
async function background(context: TestContext, script: string, cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  const child: ChildProcess = spawn('bash', ['-c', script], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<void>((done) => child.on('close', () => done()));
  context.after(async () => {
    child.kill('SIGINT');
    await ended;
  });
  let output = '';
  await new Promise<void>((ready, fail) => {
    const listen = (text: string): void => {
      output += text;
      if (/ is ready: /.test(output)) ready();
    };
    child.stdout?.setEncoding('utf8').on('data', listen);
    child.stderr?.setEncoding('utf8').on('data', listen);
    void ended.then(() => fail(new Error(`ended before it was ready:\n${output}`)));
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address ? address.port : 0;
}
