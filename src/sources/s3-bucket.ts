import type { S3Client } from '@aws-sdk/client-s3';
import { awsFailure, credentialsHint } from '../aws/failure.ts';
import type { Clock } from '../base/clock.ts';
import { TrailhoundError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { retry } from '../base/retry.ts';
import { tooLarge } from './file-content.ts';

/** An object as a listing shows it. */
export interface ListedObject {
  readonly key: string;
  /** The etag, or what else tells this version from the next. */
  readonly version: string;
  readonly modifiedAt: number;
  readonly size: number;
}

export interface ListPage {
  readonly objects: readonly ListedObject[];
  /** With a delimiter: the prefixes one level below. */
  readonly prefixes: readonly string[];
}

export interface ListRequest {
  readonly prefix: string;
  /** One level only: what is deeper shows as prefixes. */
  readonly oneLevel?: boolean;
  /** Only keys behind this one. */
  readonly after?: string;
}

/** One bucket, with retries. Everything it throws is a TrailhoundError that says what to do. */
export interface Bucket {
  readonly name: string;
  list(request: ListRequest, signal: AbortSignal): AsyncGenerator<ListPage>;
  /** The newest version, or one that S3 named. */
  read(key: string, signal: AbortSignal, versionId?: string): Promise<Uint8Array>;
}

export function openBucket(name: string, client: () => Promise<S3Client>, clock: Clock): Bucket {
  const patient = <T>(operation: () => Promise<T>, signal: AbortSignal): Promise<T> =>
    retry(operation, {
      clock,
      signal,
      attempts: limits.s3TriesMax,
      maxPauseMs: 5000,
      again: (error) => awsFailure(error).passing,
    });
  return {
    name,
    async *list(request, signal) {
      let token: string | undefined;
      do {
        const from = token;
        const answer = await patient(() => listPage(client, name, request, from, signal), signal).catch((error) => {
          throw listError(error, name, request.prefix);
        });
        yield answer.page;
        if (answer.next !== undefined && answer.next === token) {
          throw new TrailhoundError(
            'source-failed',
            `s3://${name} answers the same page of its listing again and again`,
          );
        }
        token = answer.next;
      } while (token !== undefined && !signal.aborted);
    },
    read: (key, signal, versionId) =>
      patient(() => readObject(client, { Bucket: name, Key: key, VersionId: versionId }, signal), signal).catch(
        (error) => {
          throw readError(error, name, key, versionId);
        },
      ),
  };
}

async function listPage(
  client: () => Promise<S3Client>,
  bucket: string,
  request: ListRequest,
  token: string | undefined,
  signal: AbortSignal,
): Promise<{ page: ListPage; next: string | undefined }> {
  const { ListObjectsV2Command } = await import('@aws-sdk/client-s3');
  const command = new ListObjectsV2Command({
    Bucket: bucket,
    Prefix: request.prefix,
    // Keys may hold what XML cannot.
    EncodingType: 'url',
    Delimiter: request.oneLevel ? '/' : undefined,
    StartAfter: token === undefined ? request.after : undefined,
    ContinuationToken: token,
  });
  const answer = await (await client()).send(command, { abortSignal: signal });
  const plain = (text: string): string => (answer.EncodingType === 'url' ? urlDecoded(text) : text);
  const objects = (answer.Contents ?? []).flatMap(({ Key, ETag, LastModified, Size }) => {
    if (Key === undefined) return [];
    const modifiedAt = LastModified?.getTime() ?? 0;
    const size = Size ?? 0;
    return [{ key: plain(Key), version: ETag?.replaceAll('"', '') || `${size}-${modifiedAt}`, modifiedAt, size }];
  });
  const prefixes = (answer.CommonPrefixes ?? []).flatMap(({ Prefix }) => (Prefix === undefined ? [] : [plain(Prefix)]));
  return { page: { objects, prefixes }, next: answer.IsTruncated ? answer.NextContinuationToken : undefined };
}

async function readObject(
  client: () => Promise<S3Client>,
  object: { readonly Bucket: string; readonly Key: string; readonly VersionId: string | undefined },
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { GetObjectCommand } = await import('@aws-sdk/client-s3');
  const answer = await (await client()).send(new GetObjectCommand(object), { abortSignal: signal });
  const body = answer.Body as (AsyncIterable<Uint8Array> & { destroy(): void }) | undefined;
  const place = `s3://${object.Bucket}/${object.Key}`;
  const length = answer.ContentLength;
  const parts: Uint8Array[] = [];
  let bytes = 0;
  try {
    if (length !== undefined && length > limits.logFileCompressedMax) throw tooLarge(place, length);
    for await (const part of body ?? []) {
      bytes += part.length;
      if (bytes > limits.logFileCompressedMax) throw tooLarge(place, bytes);
      parts.push(part);
    }
  } finally {
    body?.destroy();
  }
  if (length !== undefined && bytes !== length) {
    throw Object.assign(new Error(`${bytes} of ${length} bytes came`), { code: 'ShortBody' });
  }
  return Buffer.concat(parts);
}

/** What may be asked for as a bucket, old names of capital letters included; no ARN. */
export function isBucketName(name: string): boolean {
  return /^[a-z0-9A-Z][\w.-]{1,254}$/.test(name);
}

/** `+` is a space in S3's answers, as in forms; what is no encoding stays as it is. */
export function urlDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

function listError(error: unknown, bucket: string, prefix: string): TrailhoundError {
  const { code, status, message } = awsFailure(error);
  const place = `s3://${bucket}/${prefix}`;
  const say = (text: string): TrailhoundError => new TrailhoundError('source-failed', text, { cause: error });
  if (code === 'NoSuchBucket')
    return say(`there is no bucket "${bucket}": check the name, the account and --endpoint-url`);
  const credentials = credentialsHint(code);
  if (credentials) return say(`${place} cannot be listed (${code}): ${credentials}`);
  if (code === 'AccessDenied' || status === 403) {
    const needs = `s3:ListBucket on arn:aws:s3:::${bucket} and s3:GetObject on arn:aws:s3:::${bucket}/${prefix}*`;
    return say(`${place} cannot be listed (${code}): the credentials need ${needs}`);
  }
  return say(`${place} cannot be listed (${code}): ${message}`);
}

function readError(error: unknown, bucket: string, key: string, versionId: string | undefined): TrailhoundError {
  if (error instanceof TrailhoundError) return error;
  const { code, status, message } = awsFailure(error);
  const place = `s3://${bucket}/${key}${versionId === undefined ? '' : ` (version ${versionId})`}`;
  if (code === 'NoSuchKey' || code === 'NoSuchVersion' || code === 'NotFound') {
    return new TrailhoundError('not-found', `${place} is gone`, { cause: error });
  }
  const say = (text: string): TrailhoundError =>
    new TrailhoundError(status === 403 ? 'forbidden' : 'source-failed', `${place} cannot be read (${code}): ${text}`, {
      cause: error,
    });
  const credentials = credentialsHint(code);
  if (credentials) return say(credentials);
  if (code === 'InvalidObjectState') return say('it is archived: restore it');
  if (code === 'AccessDenied' || status === 403) {
    const right = versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion';
    return say(`the credentials need ${right} on arn:aws:s3:::${bucket}/* (and kms:Decrypt on its key, if it has one)`);
  }
  return say(message);
}
