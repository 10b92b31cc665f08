import type { Document } from '../base/document.ts';
import { apiGatewayId } from './account.ts';
import type { Method } from './api-gateway.ts';
import type { Stack, StackScope } from './stack.ts';

const stage = 'prod';

const open = { authorizationType: 'NONE', apiKeyRequired: false } as const;

/** The guide's two paths. The people are made up. */
const methods: ReadonlyMap<string, Method> = new Map([
  ['GET /test', { ...open, answer: { message: 'Hello from the Trailhound lab: this API asks nobody who they are.' } }],
  [
    'GET /users',
    {
      ...open,
      answer: {
        users: [
          { id: 1, name: 'FAKE Example' },
          { id: 2, name: 'FAKE Person' },
        ],
      },
    },
  ],
]);

/** A REST API whose methods ask for no credentials, with an access log: the only place where its callers show. */
export const insecureApiStack: Stack = {
  name: 'insecure-api',
  create(scope) {
    const id = apiGatewayId();
    const name = 'delete-me-projectx-insecure-api';
    call(
      scope,
      'CreateRestApi',
      { createRestApiInput: { name, endpointConfiguration: { types: ['REGIONAL'] } } },
      { id, name },
    );
    for (const [signature, { authorizationType, apiKeyRequired }] of methods) {
      const [httpMethod = '', path = ''] = signature.split(' ');
      const resourceId = apiGatewayId().slice(0, 6);
      const target = { restApiId: id, resourceId, httpMethod };
      call(
        scope,
        'CreateResource',
        { restApiId: id, parentId: 'root000000', createResourceInput: { pathPart: path.slice(1) } },
        { id: resourceId, path },
      );
      call(
        scope,
        'PutMethod',
        { ...target, putMethodInput: { authorizationType, apiKeyRequired } },
        { httpMethod, authorizationType, apiKeyRequired },
      );
      call(scope, 'PutIntegration', { ...target, putIntegrationInput: { type: 'MOCK' } }, { type: 'MOCK' });
    }
    const deploymentId = apiGatewayId().slice(0, 6);
    call(scope, 'CreateDeployment', { restApiId: id, createDeploymentInput: {} }, { id: deploymentId });
    call(
      scope,
      'CreateStage',
      { restApiId: id, createStageInput: { stageName: stage, deploymentId } },
      { stageName: stage, deploymentId },
    );
    scope.apis.set(id, { id, stage, methods });
    return { ApiId: id, InvokePath: `/${stage}` };
  },
  remove(scope) {
    for (const id of [...scope.apis.keys()]) {
      scope.apis.delete(id);
      call(scope, 'DeleteRestApi', { restApiId: id });
    }
  },
};

/** The body of a call stands under the name of its input, beside `template` (specs/cloudtrail.md §1.7). */
function call(scope: StackScope, eventName: string, parameters: Document, answer?: Document): void {
  scope.called({
    eventSource: 'apigateway.amazonaws.com',
    eventName,
    requestParameters: { ...parameters, template: false },
    ...(answer ? { responseElements: answer } : {}),
  });
}
