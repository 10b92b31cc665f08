import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { TrailhoundError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { invokeApi, type RestApis } from './api-gateway.ts';
import type { Target } from './attack.ts';
import type { Buckets } from './bucket.ts';
import { type DataLake, openDataLake } from './data-lake.ts';
import { managementEvent } from './event-record.ts';
import type { Reply, Request } from './exchange.ts';
import { listen } from './lab-server.ts';
import { answerS3 } from './s3.ts';
import type { Stack, StackScope } from './stack.ts';
import { stacks } from './stacks.ts';

/** A small AWS on loopback, made to be attacked. It knows no rule, no monitor and no alert. */
export interface Lab extends Target {
  /** The folder of its data lake, laid out as the S3 bucket would be: a source like any other. */
  readonly dataLake: string;
  /** Writes what waits for its delivery now. */
  flush(): Promise<void>;
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
}

const usualPort = 9410;
const dataLakeName = 'projectx-security-datalake';

export async function openLab(options: LabOptions): Promise<Lab> {
  const dataLake = join(options.dir, dataLakeName);
  await mkdir(dataLake, { recursive: true });
  const lake = openDataLake(dataLake, options.clock, options.log);
  const services: Services = { buckets: new Map(), apis: new Map(), lake, clock: options.clock };
  const answer = (request: Request): Reply => route(services, request);
  const server = await listen(
    options.port ?? usualPort,
    options.port === undefined,
    options.clock,
    options.log,
    answer,
  );
  return {
    url: server.url,
    dataLake,
    deploy: async (name) => stackNamed(name).create(scopeOf(services)),
    remove: async (name) => stackNamed(name).remove(scopeOf(services)),
    flush: () => lake.flush(),
    async close() {
      await server.close();
      await lake.close();
    },
  };
}

interface Services {
  readonly buckets: Buckets;
  readonly apis: RestApis;
  readonly lake: DataLake;
  readonly clock: Clock;
}

/** An API by its host name or by `/_aws/execute-api/<api-id>/…`; all else is S3. */
function route(services: Services, request: Request): Reply {
  const byHost = /^([a-z0-9]{1,40})\.execute-api\./i.exec(request.host);
  const byPath = /^\/_aws\/execute-api\/([^/]+)(\/.*)?$/s.exec(request.path);
  const id = byHost?.[1] ?? byPath?.[1];
  if (id === undefined) return answerS3(services.buckets, request, services.lake.record);
  const path = byHost ? request.path : (byPath?.[2] ?? '/');
  return invokeApi(services.apis.get(id), { ...request, path }, (api, line) =>
    services.lake.accessLog(api.id, api.stage, line),
  );
}

function scopeOf(services: Services): StackScope {
  const at = services.clock.now();
  return {
    buckets: services.buckets,
    apis: services.apis,
    at,
    called: (call) => services.lake.record(managementEvent(call, at)),
    record: services.lake.record,
  };
}

function stackNamed(name: string): Stack {
  const stack = stacks.find((each) => each.name === name);
  if (stack) return stack;
  const known = stacks.map((each) => each.name).join(', ');
  throw new TrailhoundError('not-found', `the lab has no stack "${name}"; it has ${known}`);
}
