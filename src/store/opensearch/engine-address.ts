import { readFileSync } from 'node:fs';
import { reasonOf, TrailhoundError } from '../../base/errors.ts';

/** Where a cluster answers and how one logs in. The login never prints: it leaves through `authorization` only. */
export interface EngineAddress {
  /** Without user and password: may be shown. */
  readonly url: string;
  readonly authorization: (() => string) | undefined;
  /** PEM of the authority that signed the cluster's certificate; the system's own ones without it. */
  readonly ca: string | undefined;
}

/**
 * Reads `http(s)://user:pass@host[:port][/prefix]`. The password may be left out of the address, where lists of processes show
 * it: then it is `password` (of the environment). Throws 'bad-request' for what is no such address, and when `caFile` cannot be
 * read.
 */
export function engineAddress(
  text: string,
  { password, caFile }: { readonly password?: string | undefined; readonly caFile?: string | undefined } = {},
): EngineAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    throw new TrailhoundError('bad-request', 'the engine must be an address such as https://user@host:9200');
  }
  if (caFile !== undefined && url.protocol !== 'https:') {
    throw new TrailhoundError('bad-request', 'a CA file is for an engine whose address begins with https://');
  }
  const user = decodeURIComponent(url.username);
  const secret = url.password === '' ? password : decodeURIComponent(url.password);
  if (user !== '' && secret === undefined) {
    throw new TrailhoundError(
      'bad-request',
      `the password of ${user} is missing: set TRAILHOUND_ENGINE_PASSWORD, or write it into the address`,
    );
  }
  url.username = '';
  url.password = '';
  const login = `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;
  return {
    url: `${url.origin}${url.pathname}`.replace(/\/$/, ''),
    authorization: user === '' ? undefined : () => login,
    ca: caFile === undefined ? undefined : readCa(caFile),
  };
}

function readCa(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new TrailhoundError('bad-request', `the engine's CA file cannot be read: ${reasonOf(error)}`);
  }
}
