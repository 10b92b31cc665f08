import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { S3Client } from '@aws-sdk/client-s3';

/** moto's stand-in for AWS, from a Python venv: `$TRAILHOUND_VENV`, else `.venv` in the repository. */
const venv = process.env.TRAILHOUND_VENV ?? join(resolve(dirname(fileURLToPath(import.meta.url)), '../..'), '.venv');
/** Its server; the `aws` command lies beside it. */
export const motoProgram = join(venv, 'bin', 'moto_server');

/** Why tests against moto cannot run here; false when they can. */
export const motoSkip: string | false = existsSync(motoProgram)
  ? false
  : `no ${motoProgram}: python3 -m venv .venv && .venv/bin/pip install 'moto[server]'`;

export interface Moto {
  readonly endpointUrl: string;
  readonly client: S3Client;
  stop(): Promise<void>;
}

/** Starts a server of its own on a free port. Credentials come from the environment, as the program finds them. */
export async function startMoto(): Promise<Moto> {
  process.env.AWS_ACCESS_KEY_ID ??= 'testing';
  process.env.AWS_SECRET_ACCESS_KEY ??= 'testing';
  process.env.AWS_REGION ??= 'us-east-1';
  const port = await freePort();
  const endpointUrl = `http://127.0.0.1:${port}`;
  const server = spawn(motoProgram, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  await answers(endpointUrl, server);
  const client = new S3Client({ endpoint: endpointUrl, forcePathStyle: true });
  return {
    endpointUrl,
    client,
    async stop() {
      client.destroy();
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill();
      await ended;
    },
  };
}

async function answers(endpointUrl: string, server: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (server.exitCode !== null) throw new Error(`moto_server ended with ${server.exitCode}`);
    const up = await fetch(`${endpointUrl}/moto-api/`).then(
      () => true,
      () => false,
    );
    if (up) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  server.kill();
  throw new Error('moto_server did not answer within 30 s');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}
