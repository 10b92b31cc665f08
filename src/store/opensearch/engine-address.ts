import { readFileSync } from 'node:fs';
import { reasonOf, TrailhoundError } from '../../base/errors.ts';

/** Where a cluster answers and how one logs in. The login never prints: it leaves through `authorization` only. */
export interface EngineAddress {
  /** All of them without user and password, as they may be shown. */
  readonly url: string;
  /** One or more nodes of one cluster: any of them will do. */
  readonly urls: readonly string[];
  readonly authorization: (() => string) | undefined;
  /** PEM of the authority that signed the cluster's certificate; the system's own ones without it. */
  readonly ca: string | undefined;
}

/**
 * Reads `http(s)://user:pass@host[:port][/prefix]`, or several with commas between, all of one cluster and one login, which may
 * stand in the first alone. The password may be left out of the address, where lists of processes show it: then it is `password`
 * (of the environment). Throws 'bad-request' for what is no such address, and when `caFile` cannot be read.
 */
export function engineAddress(
  text: string,
  { password, caFile }: { readonly password?: string | undefined; readonly caFile?: string | undefined } = {},
): EngineAddress {
  const urls = text.split(',').map(urlOf);
  const [first] = urls as [URL, ...URL[]];
  if (urls.some((url) => url.protocol !== first.protocol)) {
    throw new TrailhoundError(
      'bad-request',
      'the addresses of the engine must all begin with http:// or all with https://',
    );
  }
  if (caFile !== undefined && first.protocol !== 'https:') {
    throw new TrailhoundError('bad-request', 'a CA file is for an engine whose address begins with https://');
  }
  if (urls.some((url) => url.username !== '' && url.username !== first.username)) {
    throw new TrailhoundError(
      'bad-request',
      'the addresses of the engine name different users: it is one cluster with one login',
    );
  }
  const user = decodeURIComponent(first.username);
  const secret = first.password === '' ? password : decodeURIComponent(first.password);
  if (user !== '' && secret === undefined) {
    throw new TrailhoundError(
      'bad-request',
      `the password of ${user} is missing: set TRAILHOUND_ENGINE_PASSWORD, or write it into the address`,
    );
  }
  const login = `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;
  const shown = urls.map((url) => `${url.origin}${url.pathname}`.replace(/\/$/, ''));
  return {
    url: shown.join(','),
    urls: shown,
    authorization: user === '' ? undefined : () => login,
    ca: caFile === undefined ? undefined : readCa(caFile),
  };
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    throw new TrailhoundError('bad-request', 'the engine must be an address such as https://user@host:9200');
  }
  return url;
}

function readCa(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new TrailhoundError('bad-request', `the engine's CA file cannot be read: ${reasonOf(error)}`);
  }
}
