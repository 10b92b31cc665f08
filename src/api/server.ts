import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { TrailhoundError } from '../base/errors.ts';
import { parseJson } from '../base/json.ts';
import { limits } from '../base/limits.ts';
import { render } from './answer.ts';
import { bodyReader, contentTypeRefusal, hasBody } from './body.ts';
import { serveConsole } from './console.ts';
import { errorAnswer, illegal } from './error.ts';
import { refusal } from './guard.ts';
import { checkParameters, type Parameters, parseParameters } from './parameters.ts';
import { openPointsInTime } from './pit.ts';
import type { Answer, Call, Route } from './route.ts';
import { allowedMethods, isAboutDocuments, routes } from './router.ts';
import { openScrolls } from './scroll.ts';
import type { AppServices, Services } from './services.ts';

export interface ServerOptions {
  /** The built console (`dist/console`). Where it is missing, `/app` says how to build it. */
  readonly consoleDir: string;
}

export interface ListenOptions {
  /** 127.0.0.1 (the default), localhost or ::1; others are refused: there are no users yet. */
  readonly host?: string;
  /** 0 for any free port. */
  readonly port: number;
  /** How many ports are tried, counting up, when one is taken. 1 by default. */
  readonly portTries?: number;
}

export interface Server {
  /** Starts to listen and answers the address, such as http://127.0.0.1:9400. Throws 'bad-request' when no port is free. */
  listen(options: ListenOptions): Promise<string>;
  /** Ends open connections after the answers that are under way. */
  close(): Promise<void>;
}

/** The OpenSearch-compatible HTTP API and the console's files, over the routes of api/router.ts. */
export async function createServer(app: AppServices, options: ServerOptions): Promise<Server> {
  const services: Services = {
    ...app,
    identity: identity(app.clock.now()),
    scrolls: openScrolls(app),
    pits: openPointsInTime(app),
  };
  const fastify = openFastify();
  const readBody = bodyReader();

  fastify.addHook('onRequest', async (request, reply) => {
    reply.headers(safetyHeaders);
    const refused = refusal(request.raw);
    if (refused) return stop(reply, plainError(refused.status, refused.reason));
    return undefined;
  });
  await serveConsole(fastify, options.consoleDir);
  for (const route of routes) {
    fastify.route({
      method: [...route.methods],
      url: route.path,
      onRequest: async (request, reply) => refuseEarly(route, request, reply),
      handler: (request, reply) => {
        const { passOn } = isAboutDocuments(route) ? app : {};
        return passOn
          ? passCall(request, reply, passOn, services, readBody)
          : answerCall(route, request, reply, services, readBody);
      },
    });
  }
  fastify.setNotFoundHandler((request, reply) => send(reply, noRoute(request.method, request.url), {}, {}));
  fastify.setErrorHandler((error, request, reply) => {
    const status = (error as { statusCode?: number }).statusCode;
    const known = status !== undefined && status < 500 ? plainError(status, (error as Error).message) : undefined;
    reply.header('connection', 'close');
    return send(reply, known ?? errorAnswer(error, { method: request.method, path: request.url }, app.log), {}, {});
  });

  return {
    listen: (wanted) => listen(fastify, wanted),
    close: () => fastify.close(),
  };
}

function openFastify(): FastifyInstance {
  const fastify = Fastify({
    bodyLimit: limits.requestBodyMax,
    requestTimeout: limits.requestTimeoutMs,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    http: { maxHeaderSize: limits.requestHeadersMax, headersTimeout: limits.requestHeadersTimeoutMs },
    routerOptions: {
      maxParamLength: limits.requestHeadersMax,
      ignoreTrailingSlash: true,
      querystringParser: parseParameters,
    },
    frameworkErrors: (error, _request, reply) => {
      const answer = { error: error.message, status: 400 };
      (reply as unknown as FastifyReply).code(400).headers(safetyHeaders).send(answer);
    },
  }) as unknown as FastifyInstance;
  fastify.server.maxConnections = limits.connectionsMax;
  fastify.addHttpMethod('GET', { hasBody: true, overrideExisting: true });
  fastify.removeAllContentTypeParsers();
  // The body is read by the handler, when its route and type are known to be right.
  fastify.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  return fastify;
}

/** What is refused before the body is read. */
async function refuseEarly(
  route: Route<Services>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  const path = request.url.split('?')[0] ?? '';
  // `PUT /_search` is a wrong method, not an index of that name.
  const reserved = path.startsWith('/_') && route.path.startsWith('/:');
  if (reserved && !allowedMethods(path).includes(request.method)) {
    return stop(reply, noRoute(request.method, request.url));
  }
  const type = request.headers['content-type'];
  const wrongType = hasBody(request.raw) ? contentTypeRefusal(type, route.body) : undefined;
  return wrongType === undefined ? undefined : stop(reply, plainError(406, wrongType));
}

async function answerCall(
  route: Route<Services>,
  request: FastifyRequest,
  reply: FastifyReply,
  services: Services,
  readBody: (request: IncomingMessage) => Promise<string>,
): Promise<FastifyReply> {
  const query = request.query as Parameters;
  const headers = request.headers as Record<string, string | undefined>;
  const path = request.url.split('?')[0] ?? '';
  let answer: Answer;
  try {
    checkParameters(query, route.query ?? [], path);
    const body = await callBody(route, request, query, readBody);
    const params = request.params as Record<string, string>;
    const call: Call = { method: request.method, path, params, query, headers, body, signal: request.signal };
    answer = await route.handle(call, services);
  } catch (error) {
    if (request.raw.readableEnded === false && hasBody(request.raw)) reply.header('connection', 'close');
    answer = errorAnswer(error, { method: request.method, path: request.url }, services.log);
  }
  return send(reply, answer, query, headers);
}

/** The request as it came; the cluster checks it and words its answer. */
async function passCall(
  request: FastifyRequest,
  reply: FastifyReply,
  passOn: NonNullable<AppServices['passOn']>,
  services: Services,
  readBody: (request: IncomingMessage) => Promise<string>,
): Promise<FastifyReply> {
  const { method, url } = request;
  let answer: Answer;
  try {
    const body = hasBody(request.raw) && method !== 'HEAD' ? await readBody(request.raw) : undefined;
    const contentType = request.headers['content-type'];
    answer = await passOn({ method, path: url, body, contentType, signal: request.signal });
  } catch (error) {
    answer = errorAnswer(error, { method, path: url }, services.log);
  }
  return send(reply, answer, {}, request.headers as Record<string, string | undefined>);
}

async function callBody(
  route: Route<Services>,
  request: FastifyRequest,
  query: Parameters,
  readBody: (request: IncomingMessage) => Promise<string>,
): Promise<unknown> {
  const kind = route.body ?? 'none';
  let text = hasBody(request.raw) && request.method !== 'HEAD' ? await readBody(request.raw) : '';
  if (text === '' && query.source !== undefined && kind !== 'none') {
    if (!query.source_content_type) throw illegal('source and source_content_type parameters are required');
    text = query.source;
  }
  if (kind === 'none') {
    if (text === '') return undefined;
    throw illegal(`request [${request.method} ${request.url.split('?')[0]}] does not support having a body`);
  }
  if (kind !== 'json') return text;
  return /^\s*$/.test(text) ? undefined : parseJson(text);
}

async function send(
  reply: FastifyReply,
  answer: Answer,
  query: Parameters,
  headers: Readonly<Record<string, string | undefined>>,
): Promise<FastifyReply> {
  const rendered = await render(answer, query, headers);
  reply.code(rendered.status).headers(rendered.headers);
  return reply.send(rendered.body);
}

/** Refuses before the body was read: the connection cannot be used again. */
function stop(reply: FastifyReply, answer: Answer): Promise<FastifyReply> {
  reply.header('connection', 'close');
  return send(reply, answer, {}, {});
}

/** The few errors that OpenSearch writes as text instead of an object. */
function plainError(status: number, error: string): Answer {
  return { status, body: { error, status } };
}

function noRoute(method: string, url: string): Answer {
  const path = url.split('?')[0] ?? '';
  const allowed = allowedMethods(path);
  if (allowed.length === 0) {
    return { status: 400, body: { error: `no handler found for uri [${url}] and method [${method}]` } };
  }
  const headers = { allow: allowed.join(',') };
  if (method === 'OPTIONS') return { status: 200, body: undefined, headers };
  const reason = `Incorrect HTTP method for uri [${url}] and method [${method}], allowed: [${allowed.join(', ')}]`;
  return { ...plainError(405, reason), headers };
}

async function listen(
  fastify: FastifyInstance,
  { host = '127.0.0.1', port, portTries = 1 }: ListenOptions,
): Promise<string> {
  if (!['127.0.0.1', 'localhost', '::1'].includes(host)) {
    throw new TrailhoundError(
      'bad-request',
      `--host ${host}: only loopback (127.0.0.1, localhost, ::1) is served, for there are no users and no TLS yet. Put a proxy or an SSH tunnel before it.`,
    );
  }
  for (let tried = port; ; tried++) {
    try {
      return await fastify.listen({ host, port: tried });
    } catch (error) {
      const code = (error as { code?: string }).code;
      if (code === 'EADDRINUSE' && port !== 0 && tried + 1 < port + portTries) continue;
      const why = code === 'EADDRINUSE' ? 'is in use' : `cannot be used (${(error as Error).message})`;
      throw new TrailhoundError('bad-request', `port ${tried} of ${host} ${why}: choose another with --port`, {
        cause: error,
      });
    }
  }
}

function identity(started: number): Services['identity'] {
  const file = new URL('../../package.json', import.meta.url);
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  const name = (): string => randomBytes(16).toString('base64url');
  return { version, clusterUuid: name(), nodeId: name(), started };
}

/** On every answer. No page of another site may frame, embed or sniff it. */
const safetyHeaders = {
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
};
