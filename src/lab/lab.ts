import { createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import type { Clock } from '../base/clock.ts';
import { reasonOf, TrailhoundError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Log } from '../base/log.ts';
import { account, region } from './account.ts';
import { administrator, type Caller } from './caller.ts';
import { type Pace, quick } from './cloudtrail/delivery.ts';
import { handsOf } from './hands.ts';
import { listen } from './lab-server.ts';
import { formOf } from './query-protocol.ts';
import { answerRequest } from './router.ts';
import { privateAcl } from './s3/acl.ts';
import { type Bucket, putObject } from './s3/bucket.ts';
import { verifyChecksums } from './s3/checksum.ts';
import { etagOf } from './s3/object.ts';
import { createServices, internalRequest, type Services } from './services.ts';
import { answerCloudFormation } from './stack/cloudformation.ts';

/** A small AWS on loopback, made to be attacked. It knows no rule, no monitor and no alert. */
export interface Lab {
  /** `http://127.0.0.1:PORT`: every service, told apart by how one asks. */
  readonly url: string;
  /** The folder of its data lake, laid out as the S3 bucket is: a source like any other. */
  readonly dataLake: string;
  readonly dataLakeBucket: string;
  /** Deploys a template as the lab's administrator, as `aws cloudformation create-stack` would; throws why it failed. */
  deploy(stackName: string, template: string): Promise<void>;
  /** Writes what waits for its delivery now. */
  flush(): Promise<void>;
  /** Writes the digests of what no digest tells yet. */
  digest(): Promise<void>;
  /** Answers no more, and writes what waits. */
  close(): Promise<void>;
}

export interface LabOptions {
  /** A folder of the lab's own; its data lake lies below it. */
  readonly dir: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Without one: 9410, or a free one where that is taken. */
  readonly port?: number;
  /** Another address than loopback, and with it any Host header. */
  readonly host?: string;
  readonly pace?: Pace;
}

const usualPort = 9410;
const dataLakeName = 'projectx-security-datalake';

export async function openLab(options: LabOptions): Promise<Lab> {
  const { clock, log } = options;
  const folder = join(options.dir, dataLakeName);
  await mkdir(folder, { recursive: true });
  let url = '';
  const services = createServices({
    clock,
    log,
    pace: options.pace ?? quick,
    digestKey: await digestKey(options.dir),
    url: () => url,
    async written(bucket, key, body) {
      if (bucket !== dataLakeName) return;
      await writeWhole(folder, key, body).catch((error) =>
        log.error(`the lab could not keep ${key}: ${reasonOf(error)}`),
      );
    },
  });
  const earlier = await earlierFiles(folder);
  const server = await listen(
    { port: options.port ?? usualPort, orAnother: options.port === undefined, host: options.host ?? '127.0.0.1' },
    clock,
    log,
    async (request) => {
      const reply = await answerRequest(services, request);
      await takeUp(services, folder, earlier);
      return reply;
    },
  );
  url = server.url;
  return {
    url,
    dataLake: folder,
    dataLakeBucket: dataLakeName,
    deploy: (stackName, template) => deploy(services, stackName, template),
    flush: services.delivery.flush,
    digest: services.delivery.digest,
    async close() {
      await server.close();
      await services.delivery.close();
    },
  };
}

async function deploy(services: Services, stackName: string, template: string): Promise<void> {
  const { clock, record, stacks } = services;
  const fields = { Action: 'CreateStack', StackName: stackName, TemplateBody: template };
  const body = new URLSearchParams({ ...fields, 'Capabilities.member.1': 'CAPABILITY_IAM' }).toString();
  const host = `cloudformation.${region}.amazonaws.com`;
  const request = internalRequest(clock, 'POST', '/', host, Buffer.from(body), { 'user-agent': 'trailhound-lab' });
  const caller: Caller = { kind: 'user', user: administrator, proof: { version: 'SigV4', method: 'AuthHeader' } };
  const hands = (deployer: Caller) => handsOf(services, deployer);
  await answerCloudFormation({ stacks, clock, hands }, formOf(request), { request, caller, record });
  const stack = stacks.get(stackName);
  if (stack?.status !== 'CREATE_COMPLETE') {
    throw new TrailhoundError(
      'internal',
      `stack ${stackName} could not be made: ${stack?.reason ?? 'no reason given'}`,
    );
  }
}

/** One key a data folder: digests of an earlier run can still be checked with what ListPublicKeys tells. */
async function digestKey(dir: string): Promise<KeyObject> {
  const path = join(dir, 'digest-key.pem');
  try {
    return createPrivateKey(await readFile(path));
  } catch {
    const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
    await writeFile(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    return privateKey;
  }
}

/** Keys of files that an earlier run left in the data lake, newest first, within limits.labLakeReloadMax. */
async function earlierFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: { path: string; size: number; at: number }[] = [];
  for (const entry of names) {
    if (!entry.isFile() || entry.name.endsWith('.tmp')) continue;
    const path = join(entry.parentPath, entry.name);
    const { size, mtimeMs } = await stat(path);
    found.push({ path, size, at: mtimeMs });
  }
  let left: number = limits.labLakeReloadMax;
  return found
    .sort((a, b) => b.at - a.at)
    .filter(({ size }) => {
      left -= size;
      return left >= 0;
    })
    .map(({ path }) => relative(folder, path).split(sep).join('/'));
}

/** Puts the files of an earlier run into the data lake as soon as its bucket is there again. */
async function takeUp({ s3 }: Services, folder: string, earlier: string[]): Promise<void> {
  const bucket: Bucket | undefined = earlier.length > 0 ? s3.buckets.get(dataLakeName) : undefined;
  if (!bucket) return;
  for (const key of earlier.splice(0)) {
    const path = join(folder, ...key.split('/'));
    const [body, { mtimeMs }] = await Promise.all([readFile(path), stat(path)]);
    putObject(bucket, key, {
      body,
      etag: etagOf(body),
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      modifiedAt: mtimeMs,
      checksum: verifyChecksums({}, body),
      parts: undefined,
      acl: privateAcl(account),
      tags: undefined,
    });
  }
}

/** No reader ever sees half a file: it appears under its name when it is whole. */
async function writeWhole(folder: string, key: string, bytes: Uint8Array): Promise<void> {
  const path = resolve(folder, ...key.split('/'));
  // A prefix is a client's to choose: it must not lead out of the folder.
  if (!path.startsWith(resolve(folder) + sep)) throw new Error('its key leads out of the data lake');
  await mkdir(dirname(path), { recursive: true });
  const unfinished = `${path}.tmp`;
  const file = await open(unfinished, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
}
