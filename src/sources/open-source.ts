import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../base/clock.ts';
import { TrailhoundError } from '../base/errors.ts';
import { openDirectory, openFile } from './directory.ts';
import { openS3Source } from './s3.ts';
import type { Source, SourceOptions } from './source.ts';
import { openSqsSource } from './sqs.ts';
import { parseQueueAddress } from './sqs-address.ts';
import { openStdin } from './stdin.ts';

export interface OpenSourceOptions extends SourceOptions {
  readonly clock: Clock;
  /** Another AWS than Amazon's (`--endpoint-url`): a local stand-in, a gateway. */
  readonly endpointUrl?: string;
  /** Where the bucket or queue is; from the environment or the profile unless told. */
  readonly region?: string;
  /** How often a bucket is looked through while watching; 10 s unless told. */
  readonly pollMs?: number;
}

/** What a source may be called, in the order it is looked for. */
const kinds: readonly {
  readonly form: string;
  matches(uri: string): boolean;
  open(uri: string, options: OpenSourceOptions): Source;
}[] = [
  {
    form: '- (standard input)',
    matches: (uri) => uri === '-',
    open: (uri, options) => openStdin({ ...options, name: uri }),
  },
  {
    form: 'file:///path/to/folder',
    matches: (uri) => /^file:/i.test(uri),
    open: (uri, options) => openPath(pathOfUrl(uri), { ...options, name: uri }),
  },
  { form: 's3://bucket/prefix', matches: (uri) => /^s3:/i.test(uri), open: openS3Source },
  {
    form: "sqs://queue, or a queue's URL or ARN",
    matches: (uri) => parseQueueAddress(uri) !== undefined,
    open: openSqsSource,
  },
  {
    form: './folder or ./file.json.gz',
    matches: (uri) => uri !== '' && !/^[a-z][a-z0-9+.-]+:/i.test(uri),
    open: (uri, options) => openPath(uri, { ...options, name: uri }),
  },
];

/**
 * The source that a user means. Nothing is read yet, but a path must be there.
 * Throws 'bad-request' for what is no source and 'source-failed' for a missing path, each with what to do.
 */
export function openSource(uri: string, options: OpenSourceOptions): Source {
  const kind = kinds.find(({ matches }) => matches(uri));
  if (kind) return kind.open(uri, options);
  const forms = kinds.map(({ form }) => form).join(', ');
  throw new TrailhoundError('bad-request', `"${uri}" is no source: it may be ${forms}`);
}

function openPath(path: string, options: OpenSourceOptions & { readonly name: string }): Source {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) {
    throw new TrailhoundError(
      'source-failed',
      `the source "${options.name}" is not there: create it, or check the path`,
    );
  }
  return stat.isDirectory() ? openDirectory(path, options) : openFile(path, options);
}

function pathOfUrl(uri: string): string {
  try {
    return uri.startsWith('file://') ? fileURLToPath(uri) : decodeURIComponent(uri.slice('file:'.length));
  } catch (error) {
    throw new TrailhoundError('bad-request', `"${uri}" is no file address: write file:///path/to/folder`, {
      cause: error,
    });
  }
}
