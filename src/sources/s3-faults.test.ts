import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { after, describe, test } from 'node:test';
import { systemClock } from '../base/clock.ts';
import { limits } from '../base/limits.ts';
import { openS3Source } from './s3.ts';
import { follow, keptLedger, keptOptions, readAll } from './source.suite.ts';
import type { Source, SourceOptions } from './source.ts';

process.env.AWS_ACCESS_KEY_ID ??= 'testing';
process.env.AWS_SECRET_ACCESS_KEY ??= 'testing';

/** An S3 that fails as told: what `fault` answers instead of the object or listing, or nothing to let it work. */
interface Failing {
  readonly endpointUrl: string;
  readonly objects: Map<string, Uint8Array>;
  readonly requests: string[];
  fault: (request: { key: string | undefined; nth: number }, response: ServerResponse) => boolean;
  close(): Promise<void>;
}

async function openFailing(): Promise<Failing> {
  const objects = new Map<string, Uint8Array>();
  const requests: string[] = [];
  const server = createServer((request, response) => answer(request, response));
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const [path = '', query = ''] = (request.url ?? '').split('?');
    const encoded = path.split('/').slice(2).join('/');
    const key = encoded === '' ? undefined : decodeURIComponent(encoded);
    requests.push(key ?? `list ${query}`);
    const nth = requests.filter((other) => (key === undefined ? other.startsWith('list') : other === key)).length;
    if (failing.fault({ key, nth }, response)) return;
    if (key !== undefined) {
      const body = objects.get(key);
      if (body) response.writeHead(200, { 'content-length': body.length }).end(body);
      else refuse(response, 404, 'NoSuchKey');
    } else
      response.writeHead(200, { 'content-type': 'application/xml' }).end(listing(new URLSearchParams(query), objects));
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const failing: Failing = {
    endpointUrl: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    objects,
    requests,
    fault: () => false,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return failing;
}

function refuse(response: ServerResponse, status: number, code: string): true {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>told to fail</Message></Error>`);
  return true;
}

/** Pages of two, so that faults may hit between pages. */
function listing(query: URLSearchParams, objects: Map<string, Uint8Array>): string {
  const from = query.get('continuation-token') ?? query.get('start-after') ?? '';
  const prefix = query.get('prefix') ?? '';
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > from).sort();
  const page = keys.slice(0, 2);
  const encode = (text: string): string => encodeURIComponent(text).replaceAll('%20', '+').replaceAll('%2F', '/');
  const contents = page.map(
    (key) =>
      `<Contents><Key>${encode(key)}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>"e-${key.length}-${objects.get(key)?.length}"</ETag><Size>${objects.get(key)?.length}</Size></Contents>`,
  );
  const more = keys.length > 2 ? `<NextContinuationToken>${page[1]}</NextContinuationToken>` : '';
  return `<?xml version="1.0"?><ListBucketResult><EncodingType>url</EncodingType><IsTruncated>${keys.length > 2}</IsTruncated>${more}${contents.join('')}</ListBucketResult>`;
}

describe('a failing S3', { timeout: 120_000 }, () => {
  const opened: Failing[] = [];
  const start = async (...keys: string[]): Promise<{ s3: Failing; open(options: SourceOptions): Source }> => {
    const s3 = await openFailing();
    opened.push(s3);
    for (const key of keys) s3.objects.set(key, Buffer.from(key.repeat(1000)));
    return {
      s3,
      open: (options) =>
        openS3Source('s3://lake', {
          ...options,
          clock: systemClock,
          endpointUrl: s3.endpointUrl,
          region: 'eu-west-1',
          pollMs: 100,
        }),
    };
  };
  after(() => Promise.all(opened.map((s3) => s3.close())));

  for (const [title, fail] of [
    ['503 SlowDown', (response: ServerResponse) => refuse(response, 503, 'SlowDown')],
    ['500 InternalError', (response: ServerResponse) => refuse(response, 500, 'InternalError')],
    ['a cut connection', (response: ServerResponse) => Boolean(response.destroy())],
    [
      'half a body, then a cut',
      (response: ServerResponse) => {
        response.writeHead(200, { 'content-length': 100_000 });
        response.write('half', () => response.destroy());
        return true;
      },
    ],
    ['no XML at all', (response: ServerResponse) => Boolean(response.writeHead(502).end('<html>bad gateway'))],
  ] as const) {
    test(`${title} passes: everything is read all the same, each once`, async () => {
      const keys = ['a.json', 'b.json', 'c.json', 'd//e.json', '/f.json'];
      const { s3, open } = await start(...keys);
      s3.fault = ({ nth }, response) => (nth <= 2 ? fail(response) : false);
      const options = keptOptions(true);
      const read = await readAll(open(options));
      assert.deepEqual(new Map(read), new Map(keys.map((key) => [key, key.repeat(1000)])));
      assert.equal(read.length, keys.length);
      assert.deepEqual(options.told, []);
    });
  }

  test('one object that is refused costs only itself, and says which permission is missing', async () => {
    const { s3, open } = await start('a.json', 'secret.json', 'z.json');
    s3.fault = ({ key }, response) => key === 'secret.json' && refuse(response, 403, 'AccessDenied');
    const reader = follow(open(keptOptions(false)));
    const seen: string[] = [];
    for (let count = 0; count < 3; count++) {
      const delivery = await reader.next();
      await delivery.read().then(
        async () => {
          seen.push(delivery.key);
          await delivery.ack();
        },
        async (error: Error) => {
          seen.push(error.message);
          await delivery.nack('try-again');
        },
      );
    }
    assert.deepEqual([seen[0], seen[2]], ['a.json', 'z.json']);
    assert.match(seen[1] ?? '', /s3:\/\/lake\/secret\.json.*AccessDenied.*s3:GetObject on arn:aws:s3:::lake\/\*/);
    assert.equal(
      s3.requests.filter((key) => key === 'secret.json').length,
      1,
      'a refusal is not asked for again at once',
    );
    s3.fault = () => false;
    await reader.stop();
  });

  test('a listing that is refused names bucket and permission', async () => {
    const { s3, open } = await start('a.json');
    s3.fault = (_request, response) => refuse(response, 403, 'AccessDenied');
    await assert.rejects(readAll(open(keptOptions(true))), {
      code: 'source-failed',
      message: /s3:\/\/lake\/ .*s3:ListBucket on arn:aws:s3:::lake and s3:GetObject/,
    });
    s3.fault = (_request, response) => refuse(response, 403, 'ExpiredToken');
    await assert.rejects(readAll(open(keptOptions(true))), { code: 'source-failed', message: /expired: log in again/ });
  });

  test('once: a listing that breaks between pages throws, and what came before was delivered', async () => {
    const { s3, open } = await start('a.json', 'b.json', 'c.json');
    s3.fault = (_request, response) => {
      const query = s3.requests.at(-1) ?? '';
      const laterPage = query.includes('continuation-token') && !query.includes('delimiter');
      return laterPage && refuse(response, 403, 'AccessDenied');
    };
    const seen: string[] = [];
    await assert.rejects(
      async () => {
        for await (const delivery of open(keptOptions(true)).deliveries(AbortSignal.timeout(20_000))) {
          seen.push(delivery.key);
          await delivery.ack();
        }
      },
      { code: 'source-failed' },
    );
    assert.deepEqual(seen, ['a.json', 'b.json']);
  });

  test('an outage while watching is told once, and watching goes on after it', async () => {
    const { s3, open } = await start('a.json');
    const options = keptOptions(false, keptLedger());
    const reader = follow(open(options));
    await (await reader.next()).ack();
    s3.fault = (_request, response) => refuse(response, 403, 'AccessDenied');
    await reader.none(1500);
    s3.objects.set('b.json', Buffer.from('b'));
    s3.fault = () => false;
    const delivery = await reader.next(20_000);
    assert.equal(delivery.key, 'b.json');
    await reader.stop();
    assert.equal(options.told.length, 1, options.told.join('\n'));
  });

  test('a body without a length stops at the bound, and an abort ends a body that never comes', async () => {
    const { s3, open } = await start('endless.json');
    let sent = 0;
    s3.fault = ({ key }, response) => {
      if (key === undefined) return false;
      const chunk = Buffer.alloc(1024 * 1024);
      const pour = (): void => {
        while (!response.destroyed && sent < 2 * limits.logFileCompressedMax) {
          sent += chunk.length;
          if (!response.write(chunk)) return void response.once('drain', pour);
        }
      };
      response.writeHead(200);
      pour();
      return true;
    };
    const reader = follow(open(keptOptions(false)));
    const delivery = await reader.next();
    await assert.rejects(delivery.read(), { code: 'too-large' });
    assert.ok(sent < 1.5 * limits.logFileCompressedMax, `${sent} bytes were sent`);
    s3.fault = ({ key }) => key !== undefined;
    const hanging = delivery.read();
    hanging.catch(() => undefined);
    await systemClock.sleep(200);
    await reader.stop();
    await assert.rejects(hanging, { code: 'source-failed' });
  });
});
