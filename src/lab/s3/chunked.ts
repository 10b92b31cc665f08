import { createHmac } from 'node:crypto';
import { AwsRefusal, type Request } from '../exchange.ts';
import { type ChunkKey, same, sha256 } from '../signature.ts';

/**
 * The request with the body that its client meant: `aws-chunked` framing taken off, the signature of each chunk and of the
 * trailers checked where they are signed, trailers (checksums) joined to the headers. Others stay as they are.
 */
export function unchunked(request: Request, key: ChunkKey | undefined): Request {
  const kind = request.headers['x-amz-content-sha256'] ?? '';
  if (!kind.startsWith('STREAMING-')) return request;
  const signed = kind.startsWith('STREAMING-AWS4-HMAC-SHA256-PAYLOAD');
  if (!signed && kind !== 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') {
    throw new AwsRefusal(501, 'NotImplemented', `The lab does not know the payload signature ${kind}.`);
  }
  if (signed && !key) throw mismatch();
  const { body, trailers } = readChunks(request.body, signed ? key : undefined);
  const expected = request.headers['x-amz-decoded-content-length'];
  if (expected !== undefined && Number(expected) !== body.length) throw incomplete();
  const encoding = (request.headers['content-encoding'] ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '' && each !== 'aws-chunked')
    .join(',');
  return {
    ...request,
    body,
    headers: { ...request.headers, ...trailers, 'content-encoding': encoding === '' ? undefined : encoding },
  };
}

interface Unpacked {
  readonly body: Buffer;
  readonly trailers: Readonly<Record<string, string>>;
}

function readChunks(framed: Uint8Array, key: ChunkKey | undefined): Unpacked {
  const bytes = Buffer.from(framed.buffer, framed.byteOffset, framed.byteLength);
  const parts: Buffer[] = [];
  let at = 0;
  let previous = key?.seed ?? '';
  const line = (): string | undefined => {
    const end = bytes.indexOf('\r\n', at);
    if (end < 0) return undefined;
    const text = bytes.toString('latin1', at, end);
    at = end + 2;
    return text;
  };
  for (;;) {
    const match = /^([0-9a-fA-F]{1,8})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line() ?? '');
    if (!match) throw incomplete();
    const size = Number.parseInt(match[1] ?? '0', 16);
    if (at + size > bytes.length) throw incomplete();
    const chunk = bytes.subarray(at, at + size);
    at += size;
    if (key) previous = checkChunk(key, previous, chunk, match[2]);
    if (size === 0) break;
    if (line() !== '') throw incomplete();
    parts.push(chunk);
  }
  const trailers: Record<string, string> = {};
  let signedText = '';
  for (let text = line(); text !== undefined && text !== ''; text = line()) {
    const [name = '', value = ''] = text.split(/:(.*)/s);
    if (name.toLowerCase() === 'x-amz-trailer-signature') {
      if (key && !same(trailerSignature(key, previous, signedText), value.trim())) throw mismatch();
      continue;
    }
    if (/^x-amz-checksum-/i.test(name)) trailers[name.toLowerCase()] = value.trim();
    signedText += `${name.toLowerCase()}:${value.trim()}\n`;
  }
  return { body: Buffer.concat(parts), trailers };
}

function checkChunk(key: ChunkKey, previous: string, chunk: Uint8Array, given: string | undefined): string {
  const text = `AWS4-HMAC-SHA256-PAYLOAD\n${key.date}\n${key.scope}\n${previous}\n${sha256('')}\n${sha256(chunk)}`;
  const expected = createHmac('sha256', key.key).update(text).digest('hex');
  if (!same(expected, given ?? '')) throw mismatch();
  return expected;
}

function trailerSignature(key: ChunkKey, previous: string, text: string): string {
  const signed = `AWS4-HMAC-SHA256-TRAILER\n${key.date}\n${key.scope}\n${previous}\n${sha256(text)}`;
  return createHmac('sha256', key.key).update(signed).digest('hex');
}

function mismatch(): AwsRefusal {
  return new AwsRefusal(
    403,
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  );
}

function incomplete(): AwsRefusal {
  return new AwsRefusal(
    400,
    'IncompleteBody',
    'The request body terminated unexpectedly: it is not the aws-chunked stream that its headers tell.',
  );
}
