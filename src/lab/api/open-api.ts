import { parse } from 'yaml';
import { asText, type Document, isDocument, own, text } from '../../base/document.ts';
import { limits } from '../../base/limits.ts';
import { apiGatewayId } from '../account.ts';
import { badRequest, type Members, type Resource, type RestApi } from './rest-api.ts';

const verbs = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'x-amazon-apigateway-any-method'];

/** An OpenAPI 3 or Swagger 2 definition, in JSON or YAML. */
export function readDefinition(body: Uint8Array): Document {
  try {
    if (body.length > limits.labTemplateMax) throw badRequest('The definition is too large.');
    const definition: unknown = parse(Buffer.from(body).toString(), { maxAliasCount: 10, schema: 'core' });
    if (isDocument(definition) && isDocument(own(definition, 'paths'))) return definition;
  } catch {
    // Told below.
  }
  throw badRequest('Invalid OpenAPI input.');
}

/** Makes the API what the definition says. `overwrite` removes what it does not name. */
export function applyDefinition(api: RestApi, definition: Document, mode: 'overwrite' | 'merge'): void {
  const info = own(definition, 'info');
  if (mode === 'overwrite') {
    for (const { id, path } of [...api.resources.values()]) if (path !== '/') api.resources.delete(id);
    for (const { methods } of api.resources.values()) methods.clear();
    const title = text(own(info, 'title'));
    if (title) api.members.name = title;
    delete api.members.policy;
  }
  const policy = own(definition, 'x-amazon-apigateway-policy');
  if (policy !== undefined) api.members.policy = typeof policy === 'string' ? policy : JSON.stringify(policy);
  for (const [path, item] of Object.entries(own(definition, 'paths') ?? {})) {
    const resource = makePath(api, path);
    for (const verb of verbs) {
      const operation = own(item, verb);
      if (!isDocument(operation)) continue;
      const httpMethod = verb.startsWith('x-') ? 'ANY' : verb.toUpperCase();
      resource.methods.set(httpMethod, methodFrom(definition, operation, httpMethod));
    }
  }
}

/** The resource of a path, with those above it. */
function makePath(api: RestApi, path: string): Resource {
  let resource = [...api.resources.values()].find((each) => each.path === '/');
  if (!resource) throw badRequest('The API has no root resource.');
  for (const pathPart of path.split('/').filter((part) => part !== '')) {
    const parent: Resource = resource;
    const below: string = `${parent.path === '/' ? '' : parent.path}/${pathPart}`;
    resource = [...api.resources.values()].find((each) => each.path === below);
    if (resource) continue;
    resource = { id: apiGatewayId(6), parentId: parent.id, pathPart, path: below, methods: new Map() };
    api.resources.set(resource.id, resource);
  }
  return resource;
}

function methodFrom(definition: Document, operation: Document, httpMethod: string): Members {
  const integration =
    own(operation, 'x-amazon-apigateway-integration') ?? own(definition, 'x-amazon-apigateway-integration');
  return {
    httpMethod,
    ...protection(definition, operation),
    methodResponses: {},
    ...(isDocument(integration) ? { methodIntegration: integrationFrom(integration) } : {}),
  };
}

/** Who may call: by `x-amazon-apigateway-auth`, else by the security schemes that the operation (or all) names. */
function protection(definition: Document, operation: Document): Members {
  const schemes = own(own(definition, 'components'), 'securitySchemes') ?? own(definition, 'securityDefinitions');
  const required = own(operation, 'security') ?? own(definition, 'security');
  const named = (Array.isArray(required) ? required : []).flatMap((each) =>
    isDocument(each) ? Object.keys(each) : [],
  );
  const kinds = named.map((name) => own(schemes, name));
  const apiKeyRequired = kinds.some(
    (scheme) => own(scheme, 'type') === 'apiKey' && own(scheme, 'x-amazon-apigateway-authtype') === undefined,
  );
  const said = text(
    own(own(operation, 'x-amazon-apigateway-auth') ?? own(definition, 'x-amazon-apigateway-auth'), 'type'),
  );
  const authtypes = kinds.map((scheme) => text(own(scheme, 'x-amazon-apigateway-authtype')) ?? '');
  const byScheme = authtypes.includes('awsSigv4')
    ? 'AWS_IAM'
    : authtypes.some((type) => type === 'cognito_user_pools')
      ? 'COGNITO_USER_POOLS'
      : authtypes.some((type) => type !== '')
        ? 'CUSTOM'
        : 'NONE';
  return { authorizationType: said ?? byScheme, apiKeyRequired };
}

function integrationFrom(integration: Document): Members {
  const responses: Members = {};
  for (const [pattern, response] of Object.entries(own(integration, 'responses') ?? {})) {
    const statusCode = asText(own(response, 'statusCode') ?? '200');
    responses[statusCode] = {
      statusCode,
      ...(pattern === 'default' ? {} : { selectionPattern: pattern }),
      responseTemplates: own(response, 'responseTemplates') ?? {},
      responseParameters: own(response, 'responseParameters') ?? {},
    };
  }
  return {
    type: (text(own(integration, 'type')) ?? 'mock').toUpperCase(),
    requestTemplates: own(integration, 'requestTemplates') ?? {},
    passthroughBehavior: 'WHEN_NO_MATCH',
    integrationResponses: responses,
  };
}
