import { type Document, isDocument } from '../../base/document.ts';
import { jsonReply, type Reply } from '../exchange.ts';
import { jsonBody, runManaged, type ServiceCall } from '../service-call.ts';
import { readDefinition } from './open-api.ts';
import { type ApiOperation, apiOperations } from './operations.ts';
import { type ApiGateway, notFound } from './rest-api.ts';

const compiled = apiOperations.map((operation) => ({
  operation,
  pattern: new RegExp(`^${operation.path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}/?$`),
}));

/** API Gateway's control plane (rest-json). The body of a call stands in its record under the name of its input. */
export function answerApiGateway(gateway: ApiGateway, call: ServiceCall): Reply {
  const { request } = call;
  const found = compiled
    .map(({ operation, pattern }) => ({
      operation,
      match: operation.method === request.method ? pattern.exec(request.path) : null,
    }))
    .find(({ match }) => match !== null);
  if (!found) throw notFound("The lab's API Gateway has no such operation.");
  const { operation, match } = found;
  const path = Object.fromEntries(Object.entries(match?.groups ?? {}).map(([name, value]) => [name, decoded(value)]));
  const name =
    operation.name === 'CreateRestApi' && request.query.get('mode') === 'import' ? 'ImportRestApi' : operation.name;
  const definition = name === 'ImportRestApi' || name === 'PutRestApi';
  const body = definition ? {} : jsonBody(request);
  const readOnly = name.startsWith('Get');
  const result = runManaged(
    call,
    {
      eventSource: 'apigateway.amazonaws.com',
      eventName: name,
      readOnly,
      action: `apigateway:${operation.method}`,
      apiVersion: '2015-07-09',
    },
    {
      requestParameters: {
        ...path,
        ...queryOf(request.query),
        ...inputOf(name, operation, definition ? definitionOf(request.body) : body),
        template: false,
      },
    },
    () => {
      const answer = operation.run({ gateway, path, query: request.query, body, raw: request.body, at: request.at });
      return { result: answer, responseElements: isDocument(answer) ? told(answer) : null };
    },
  );
  if (result === undefined) return { status: operation.status, headers: {}, body: '' };
  return jsonReply(operation.status, result);
}

/** `createRestApiInput`, `putMethodInput`: reads and deletions have none. */
function inputOf(name: string, { method }: ApiOperation, body: Document | undefined): Document {
  if (method === 'GET' || method === 'DELETE' || body === undefined) return {};
  return {
    [`${name.slice(0, 1).toLowerCase()}${name.slice(1)}Input`]:
      name === 'PutRestApi' || name === 'ImportRestApi' ? { body } : body,
  };
}

function definitionOf(raw: Uint8Array): Document | undefined {
  try {
    return readDefinition(raw);
  } catch {
    return undefined;
  }
}

function queryOf(query: URLSearchParams): Document {
  return Object.fromEntries(
    [...query].filter(([name]) => /^(mode|failonwarnings|limit|position|includeValues?)$/.test(name)),
  );
}

/** Times as records have them; what an answer holds of a key's value stays out. */
function told(answer: Document): Document {
  const { value: _, item: __, createdDate, lastUpdatedDate, ...rest } = answer;
  const time = (name: string, at: unknown): Document =>
    typeof at === 'number' ? { [name]: new Date(at * 1000).toISOString().replace(/\.\d+Z$/, 'Z') } : {};
  return { ...rest, ...time('createdDate', createdDate), ...time('lastUpdatedDate', lastUpdatedDate) };
}

/** A part that is no valid percent-encoding is taken as it stands: it will not be found. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
