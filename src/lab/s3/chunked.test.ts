import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import type { Request } from '../exchange.ts';
import { unchunked } from './chunked.ts';

/** The example of AWS's page "Signature calculations: transferring payload in multiple chunks": its key, signatures and text. */
const seed = '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9';
const chunks: readonly (readonly [text: string, signature: string])[] = [
  ['a'.repeat(65_536), 'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648'],
  ['a'.repeat(1024), '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497'],
  ['', 'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9'],
];
const scope = '20130524/us-east-1/s3/aws4_request';
const key = scope
  .split('/')
  .reduce<Buffer>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    Buffer.from('AWS4wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'),
  );
const chunkKey = { key, date: '20130524T000000Z', scope, seed };

function request(body: string, kind: string, length = 66_560): Request {
  const headers = {
    'x-amz-content-sha256': kind,
    'x-amz-decoded-content-length': String(length),
    'content-encoding': 'aws-chunked,gzip',
  };
  return { headers, body: Buffer.from(body) } as unknown as Request;
}

const framed = chunks
  .map(([text, signature]) => `${text.length.toString(16)};chunk-signature=${signature}\r\n${text}\r\n`)
  .join('');
const signed = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD';

test("AWS's example of signed chunks is read", () => {
  const plain = unchunked(request(framed, signed), chunkKey);
  assert.equal(Buffer.from(plain.body).toString(), 'a'.repeat(66_560));
  assert.equal(plain.headers['content-encoding'], 'gzip');
});

const refused: readonly (readonly [what: string, body: string, code: string])[] = [
  ['a changed byte', framed.replace('\r\naaa', '\r\naba'), 'SignatureDoesNotMatch'],
  ['a changed signature', framed.replace('0055627c', '0055627d'), 'SignatureDoesNotMatch'],
  ['chunks out of order', framed.slice(framed.indexOf('400;')), 'SignatureDoesNotMatch'],
  ['no signature', framed.replace(/;chunk-signature=\w+/, ''), 'SignatureDoesNotMatch'],
  ['a cut body', framed.slice(0, 70_000 - 10_000), 'IncompleteBody'],
  ['no frame at all', 'aaaa', 'IncompleteBody'],
];

for (const [what, body, code] of refused) {
  test(`signed chunks with ${what} are refused`, () => {
    assert.throws(() => unchunked(request(body, signed), chunkKey), { awsCode: code });
  });
}

test('a length that is not the one announced is refused', () => {
  assert.throws(() => unchunked(request(framed, signed, 5), chunkKey), { awsCode: 'IncompleteBody' });
});

test('unsigned chunks give their trailers as headers', () => {
  const body = '5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n';
  const plain = unchunked(request(body, 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', 5), undefined);
  assert.equal(Buffer.from(plain.body).toString(), 'hello');
  assert.equal(plain.headers['x-amz-checksum-crc32'], 'NhCmhg==');
});

test('an unknown kind is refused by name, another body stays as it is', () => {
  assert.throws(() => unchunked(request('x', 'STREAMING-OTHER'), chunkKey), { awsCode: 'NotImplemented' });
  assert.equal(Buffer.from(unchunked(request('x', 'UNSIGNED-PAYLOAD'), undefined).body).toString(), 'x');
});
