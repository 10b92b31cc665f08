import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { TrailhoundError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';

/**
 * The whole content of a regular file. Links are not followed and a pipe does not block: the name was checked earlier,
 * but whoever writes into the folder may have put something else in its place since.
 * Throws 'not-found' when it is gone, 'too-large' over limits.logFileCompressedMax, else 'source-failed'.
 */
export async function readFileBounded(path: string, followLinks = false): Promise<Uint8Array> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | (followLinks ? 0 : constants.O_NOFOLLOW));
    const stat = await file.stat();
    if (!stat.isFile()) throw new TrailhoundError('source-failed', `${path} is not a regular file`);
    if (stat.size > limits.logFileCompressedMax) throw tooLarge(path, stat.size);
    return await readUpTo(file, stat.size);
  } catch (error) {
    throw asReadError(error, path);
  } finally {
    await file?.close();
  }
}

/** The system's error (`ENOENT`, `EACCES`, …) when it is one. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** 'too-large', with what was seen and what is allowed. */
export function tooLarge(place: string, bytes: number): TrailhoundError {
  const most = limits.logFileCompressedMax;
  return new TrailhoundError('too-large', `${place} has ${bytes} bytes; at most ${most} are read (AWS writes 50 MB)`);
}

/** Reads to the end, or to `size`: what was appended since belongs to the next version of the file. */
async function readUpTo(file: FileHandle, size: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(size);
  let filled = 0;
  while (filled < size) {
    const { bytesRead } = await file.read(bytes, filled, size - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

function asReadError(error: unknown, path: string): TrailhoundError {
  if (error instanceof TrailhoundError) return error;
  const code = systemCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new TrailhoundError('not-found', `${path} is gone`, { cause: error });
  }
  if (code === 'ELOOP') return new TrailhoundError('source-failed', `${path} is a symbolic link: not followed`);
  const todo = code === 'EACCES' || code === 'EPERM' ? ': let the user that runs trailhound read it' : '';
  return new TrailhoundError('source-failed', `${path} cannot be read (${code ?? 'unknown error'})${todo}`, {
    cause: error,
  });
}
