import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { call, shared, until } from '../program.ts';

/**
 * A real cluster of several OpenSearch nodes on this machine, from the packages that `up` lays out. By hand, until Ctrl-C:
 *
 *     npx tsx test/opensearch/nodes.ts [how many] [heap]      # prints OPENSEARCH_URL=…
 *
 * `OPENSEARCH_HOME` names a folder that is laid out (`$OS_DIR/opensearch-2.19.4` of `up`); without it one is made first.
 */
export interface Nodes {
  readonly urls: readonly string[];
  /** SIGKILL, and waits for its end. */
  kill(place: number): Promise<void>;
  /** The same node again, with what it has on its disk. */
  start(place: number): Promise<void>;
  /** Waits until so many nodes are together and every shard has its copies. */
  green(count: number): Promise<void>;
  stop(): Promise<void>;
}

export async function startNodes(count: number, heap = '512m'): Promise<Nodes> {
  // The nodes run as another user where this is root, who must be able to read it.
  const folder = mkdtempSync('/var/tmp/trailhound-nodes-');
  chmodSync(folder, 0o755);
  const home = process.env.OPENSEARCH_HOME ?? layOut(join(folder, 'packages'));
  const ports = await freePorts(2 * count);
  const [http, transport] = [ports.slice(0, count), ports.slice(count)];
  const urls = http.map((port) => `http://127.0.0.1:${port}`);
  const running: (ChildProcess | undefined)[] = [];

  const start = async (place: number): Promise<void> => {
    const own = join(folder, `node-${place}`);
    mkdirSync(own, { recursive: true });
    cpSync(join(home, 'config'), join(own, 'config'), { recursive: true });
    for (const name of ['data', 'logs', 'tmp']) mkdirSync(join(own, name), { recursive: true });
    writeFileSync(join(own, 'config', 'opensearch.yml'), settings(own, place, http, transport));
    if (process.getuid?.() === 0) spawnSync('chown', ['-R', 'nobody', own]);
    running[place] = startJava(home, own, heap);
  };
  const kill = async (place: number): Promise<void> => {
    const child = running[place];
    running[place] = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill('SIGKILL');
    await ended;
  };
  const nodes: Nodes = {
    urls,
    kill,
    start,
    async green(wanted) {
      await until(`${wanted} nodes, green`, () => healthy(urls, wanted), 180_000);
    },
    async stop() {
      await Promise.all(running.map((_, place) => kill(place)));
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    for (let place = 0; place < count; place++) await start(place);
    await nodes.green(count);
    return nodes;
  } catch (error) {
    await nodes.stop();
    throw error;
  }
}

async function healthy(urls: readonly string[], wanted: number): Promise<true | undefined> {
  for (const url of urls) {
    const { body } = await call(url, 'GET', '/_cluster/health').catch(() => ({ body: undefined }));
    if (body?.status === 'green' && body.number_of_nodes === wanted) return true;
  }
  return undefined;
}

/** `up` lays out and starts; the node it starts is not needed. */
function layOut(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const up = join(shared, 'reference', 'opensearch', 'up');
  const env = { ...process.env, OS_DIR: folder, OS_PORT: '19290', OS_HEAP: '512m' };
  for (const word of ['start', 'down']) {
    const { status, stderr } = spawnSync(up, [word], { env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${up} ${word}: ${stderr}`);
  }
  return join(folder, 'opensearch-2.19.4');
}

function settings(own: string, place: number, http: readonly number[], transport: readonly number[]): string {
  const names = http.map((_, at) => `node-${at}`).join(', ');
  return [
    'cluster.name: trailhound-nodes',
    `node.name: node-${place}`,
    'network.host: 127.0.0.1',
    `http.port: ${http[place]}`,
    `transport.port: ${transport[place]}`,
    `discovery.seed_hosts: [${transport.map((port) => `"127.0.0.1:${port}"`).join(', ')}]`,
    `cluster.initial_cluster_manager_nodes: [${names}]`,
    `path.data: ${join(own, 'data')}`,
    `path.logs: ${join(own, 'logs')}`,
    'cluster.routing.allocation.disk.threshold_enabled: false',
    '',
  ].join('\n');
}

function startJava(home: string, own: string, heap: string): ChildProcess {
  const java = [
    ...['-Xms', '-Xmx'].map((flag) => flag + heap),
    '-XX:+UseG1GC',
    '-Djava.security.manager=allow',
    `-Djava.io.tmpdir=${join(own, 'tmp')}`,
    '-Dfile.encoding=UTF-8',
    '-Djava.locale.providers=SPI,COMPAT',
    '-Dlog4j.shutdownHookEnabled=false',
    '-Dlog4j2.disable.jmx=true',
    '-Dio.netty.noUnsafe=true',
    '-Dio.netty.noKeySetOptimization=true',
    '-Dio.netty.recycler.maxCapacityPerThread=0',
    `-Dopensearch.path.home=${home}`,
    `-Dopensearch.path.conf=${join(own, 'config')}`,
    '-Dopensearch.distribution.type=tar',
    '-Dopensearch.bundled_jdk=false',
    '-cp',
    `${home}/lib/*`,
    'org.opensearch.bootstrap.OpenSearch',
  ];
  const log = openSync(join(own, 'logs', 'node.log'), 'a');
  // setpriv becomes java: the id is the node's own. OpenSearch refuses to run as root.
  const asNobody = ['setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups'];
  const [command = 'java', ...args] = [...(process.getuid?.() === 0 ? asNobody : []), 'java', ...java];
  return spawn(command, args, { cwd: own, stdio: ['ignore', log, log] });
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((done) =>
          server.listen(0, '127.0.0.1', () => {
            const address = server.address();
            done(typeof address === 'object' && address ? address.port : 0);
          }),
        ),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const nodes = await startNodes(Number(process.argv[2] ?? 3), process.argv[3]);
  console.log(`OPENSEARCH_URL=${nodes.urls.join(',')}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => void nodes.stop().then(() => process.exit()));
}
