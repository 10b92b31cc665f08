import { asText, isDocument } from '../base/document.ts';
import { wrappedPolicy } from './access-point.ts';
import type { Exposure } from './exposure.ts';
import { member, oneOrMany } from './policy-member.ts';
import { readPolicyText } from './policy-text.ts';
import { judgePolicy } from './policy-verdict.ts';
import { cannotTell, listed, shown } from './words.ts';

/**
 * Any document of API Gateway: a REST API (or its resource policy alone), a method, a route of an HTTP or WebSocket API, or an
 * OpenAPI body. A private endpoint is never public; what a method or route asks of its callers decides at last.
 */
export function judgeApi(input: unknown): Exposure {
  const document = readPolicyText(input) ?? input;
  if (Array.isArray(document) || ['Statement', 'Effect'].some((name) => member(document, name) !== undefined))
    return judgePolicy(document, 'apigw');
  if (!isDocument(document)) return cannotTell('there is no policy, API, method or route that could be read');
  if (isPrivate(document)) {
    const because = 'its endpoint is PRIVATE: only VPC endpoints reach it';
    return { verdict: 'not-public', anonymous: false, actions: [], because, sentence: `Not public: ${because}.` };
  }
  const body = openApiBody(document);
  if (body) return judgeBody(body);
  if (isDocument(document) && member(document, 'authorizationType') !== undefined)
    return judgeMethod(document) ?? noPolicy();
  const policy = wrappedPolicy(document);
  return policy === document || policy === '' || policy === null ? noPolicy() : judgePolicy(policy, 'apigw');
}

/**
 * A method (REST) or route (HTTP, WebSocket): who may call it? undefined where it says nothing of authorization. An API key
 * counts calls and proves nobody's identity; a preflight (OPTIONS) carries no credentials by design, and of a WebSocket API's routes
 * only `$connect` can ask for any.
 */
export function judgeMethod(method: unknown): Exposure | undefined {
  const said = oneOrMany(member(method, 'authorizationType'))[0];
  if (typeof said !== 'string' || said === '') return undefined;
  const type = said.toUpperCase();
  const name = methodName(method);
  if (type !== 'NONE') {
    const because = `${name} asks for ${shown(type)} authorization`;
    return { verdict: 'not-public', anonymous: false, actions: [], because, sentence: `Not public: ${because}.` };
  }
  const harmless = /^OPTIONS\b/i.test(name)
    ? 'is a preflight, which never carries credentials'
    : isWithinSocket(method)
      ? 'is a route of a WebSocket API, whose $connect alone asks who comes'
      : undefined;
  if (harmless !== undefined) {
    const because = `${name} ${harmless}`;
    return { verdict: 'not-public', anonymous: true, actions: [], because, sentence: `Not public: ${because}.` };
  }
  const keyed = asText(oneOrMany(member(method, 'apiKeyRequired'))[0]).toLowerCase() === 'true';
  const because = `${name}: authorizationType NONE${keyed ? ', with an API key, which is no authentication' : ''}`;
  return {
    verdict: 'public',
    anonymous: true,
    actions: ['execute-api:Invoke'],
    because,
    sentence: `Anyone without credentials may execute-api:Invoke: ${because}. It counts as soon as a stage is deployed.`,
  };
}

/** A REST API without a resource policy: its methods decide alone. */
export function noPolicy(): Exposure {
  const told = cannotTell('there is no resource policy, so the authorization of each method decides alone');
  return {
    ...told,
    sentence: 'No resource policy stands before this API: everyone gets in whom a method does not stop.',
  };
}

/** An OpenAPI document that brings a resource policy or paths. */
export function judgeBody(body: unknown): Exposure {
  const policy = member(body, 'x-amazon-apigateway-policy');
  if (policy !== undefined && policy !== null && policy !== '') return judgePolicy(policy, 'apigw');
  const open = openOperations(body);
  if (open.length === 0) return noPolicy();
  const because = `${listed(open)}: no security in the API's definition`;
  return {
    verdict: 'public',
    anonymous: true,
    actions: ['execute-api:Invoke'],
    because,
    sentence: `Anyone without credentials may execute-api:Invoke: ${because}. It counts as soon as a stage is deployed.`,
  };
}

/** The OpenAPI document inside a request: an object, or text of it, plain or base64. */
export function openApiBody(document: unknown): unknown {
  if (isOpenApi(document)) return document;
  const inside = readPolicyText(member(document, 'body'));
  return isOpenApi(inside) ? inside : undefined;
}

function isOpenApi(document: unknown): boolean {
  return (
    member(document, 'paths') !== undefined ||
    member(document, 'openapi') !== undefined ||
    member(document, 'swagger') !== undefined ||
    member(document, 'x-amazon-apigateway-policy') !== undefined
  );
}

/** Operations that ask for nothing: neither their own `security` nor the document's, nor API Gateway's auth extension. */
function openOperations(body: unknown): readonly string[] {
  const paths = member(body, 'paths');
  if (!isDocument(paths)) return [];
  const general = asksSomething(member(body, 'security'));
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(isDocument(operations) ? operations : {}).flatMap(([verb, operation]) => {
      if (!/^(get|put|post|delete|patch|head|x-amazon-apigateway-any-method)$/i.test(verb)) return [];
      const own = member(operation, 'security');
      const auth = asText(member(member(operation, 'x-amazon-apigateway-auth'), 'type') ?? '').toUpperCase();
      const asked = (own === undefined ? general : asksSomething(own)) || (auth !== '' && auth !== 'NONE');
      const name = verb.startsWith('x-') ? 'ANY' : verb.toUpperCase();
      return asked ? [] : [shown(`${name} ${path}`)];
    }),
  );
}

/** API Gateway's own `api_key` scheme is no authentication. */
function asksSomething(security: unknown): boolean {
  return oneOrMany(security).some(
    (requirement) => isDocument(requirement) && Object.keys(requirement).some((scheme) => !/^api_?key$/i.test(scheme)),
  );
}

export function isPrivate(document: unknown): boolean {
  const configuration = member(document, 'endpointConfiguration');
  return oneOrMany(member(configuration, 'types')).some((type) => asText(type).toUpperCase() === 'PRIVATE');
}

/** Messages within an open connection; `$default` may be the one route of an HTTP API, and those of HTTP name a method and a path. */
function isWithinSocket(method: unknown): boolean {
  const route = oneOrMany(member(method, 'routeKey'))[0];
  return typeof route === 'string' && route !== '' && !/^\$(?:connect|default)$| \//.test(route);
}

function methodName(method: unknown): string {
  const route = oneOrMany(member(method, 'routeKey'))[0];
  if (typeof route === 'string' && route !== '') return shown(route);
  const verb = oneOrMany(member(method, 'httpMethod'))[0];
  return typeof verb === 'string' && verb !== '' ? shown(verb.toUpperCase()) : 'the method';
}
