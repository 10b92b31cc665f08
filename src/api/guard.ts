import type { IncomingMessage } from 'node:http';

/**
 * Why a request is refused before anything of it is read; undefined when it may pass.
 *
 * The server listens on loopback, where every web page in the user's browser can send requests to. Three checks keep
 * them out: `Host` must name loopback (a rebound DNS name does not), `Origin` must be our own when a browser sends it,
 * and `Sec-Fetch-Site` must not tell of another site. A user may still follow a link to the console.
 */
export function refusal(request: IncomingMessage): { readonly status: number; readonly reason: string } | undefined {
  const url = request.url ?? '';
  if (!url.startsWith('/')) {
    return { status: 400, reason: 'The request target must be a path: this server is no proxy.' };
  }
  const hosts = headerValues(request, 'host');
  const host = hosts.length === 1 ? hosts[0]?.toLowerCase() : undefined;
  if (host === undefined || !isLoopbackAuthority(host)) {
    return {
      status: 403,
      reason: `Host [${hosts.join(', ')}] is refused: use 127.0.0.1, localhost or [::1]. A web page must not reach this server through a name of its own.`,
    };
  }
  for (const origin of headerValues(request, 'origin')) {
    if (origin.toLowerCase() !== `http://${host}`) {
      return { status: 403, reason: `Origin [${origin}] is refused: only pages of this server may call it.` };
    }
  }
  for (const site of headerValues(request, 'sec-fetch-site')) {
    if (site !== 'same-origin' && site !== 'none' && !isVisit(request, url)) {
      return { status: 403, reason: `Sec-Fetch-Site [${site}] is refused: only pages of this server may call it.` };
    }
  }
  return undefined;
}

/** 127.0.0.1, localhost or [::1], with or without a port. Any port: a tunnel to this server may use another one. */
function isLoopbackAuthority(host: string): boolean {
  return /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/.test(host);
}

/** A person following a link to the console: a whole page is fetched, nothing can be read or done by the other site. */
function isVisit(request: IncomingMessage, url: string): boolean {
  const path = url.split('?')[0] ?? '';
  return (
    request.method === 'GET' &&
    (path === '/' || path === '/app' || path.startsWith('/app/')) &&
    request.headers['sec-fetch-mode'] === 'navigate' &&
    request.headers['sec-fetch-dest'] === 'document'
  );
}

/** Every value as it came: Node keeps only the first of a doubled Host, and that is one to be suspicious of. */
function headerValues(request: IncomingMessage, name: string): string[] {
  const values: string[] = [];
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    if (request.rawHeaders[at]?.toLowerCase() === name) values.push(request.rawHeaders[at + 1] ?? '');
  }
  return values;
}
