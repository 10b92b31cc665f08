import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/**
 * The console's files under /app. Its pages are told apart behind the `#`, so every path without a file's ending is
 * the same page: `/app/alerting#/monitors` works as in Dashboards.
 */
export async function serveConsole(fastify: FastifyInstance, folder: string): Promise<void> {
  await fastify.register(existsSync(join(folder, 'index.html')) ? built(folder) : missing, { prefix: '/app' });
}

function built(folder: string): (scope: FastifyInstance) => Promise<void> {
  return async (scope) => {
    scope.addHook('onSend', async (_, reply) => {
      reply.header('content-security-policy', contentSecurityPolicy);
    });
    await scope.register(fastifyStatic, {
      root: folder,
      prefix: '/',
      index: false,
      dotfiles: 'ignore',
      cacheControl: false,
      setHeaders(response, path) {
        response.setHeader('cache-control', cacheControl(path));
      },
    });
    const open = (_: FastifyRequest, reply: FastifyReply): FastifyReply => reply.sendFile('index.html');
    scope.get('', open);
    scope.setNotFoundHandler((request, reply) => {
      const path = request.url.split('?')[0] ?? '';
      if (request.method === 'GET' && !/\.[a-z0-9]+$/i.test(path)) return open(request, reply);
      return reply.code(404).type('text/plain; charset=UTF-8').send('There is no such file in the console.\n');
    });
  };
}

async function missing(scope: FastifyInstance): Promise<void> {
  const tell = (_: FastifyRequest, reply: FastifyReply): FastifyReply =>
    reply.code(404).type('text/html; charset=UTF-8').header('cache-control', 'no-store').send(notBuilt);
  scope.get('', tell);
  scope.get('/*', tell);
}

/** Vite names assets by their content, so they never change; the page that names them must always be fresh. */
function cacheControl(path: string): string {
  if (path.endsWith('.html')) return 'no-store';
  return /[\\/]assets[\\/]/.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache';
}

/** Only our own scripts, styles and requests. Documents hold text of attackers: whatever slips through must not run. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const notBuilt = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Trailhound</title></head>
<body><h1>The console is not built yet</h1>
<p>Run <code>npm run build</code> in the folder of Trailhound, then start it again. The API works without it.</p>
</body></html>
`;
