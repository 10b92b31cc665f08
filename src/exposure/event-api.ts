import { asText, own, text } from '../base/document.ts';
import { isPrivate, judgeApi, judgeBody, judgeMethod, noPolicy, openApiBody } from './api-gateway.ts';
import type { Door, DoorChange } from './door.ts';
import type { Exposure } from './exposure.ts';
import { find } from './nested.ts';
import { member, oneOrMany, textOf } from './policy-member.ts';
import { judgePolicy } from './policy-verdict.ts';
import { cannotTell } from './words.ts';

/** Records of API Gateway, REST and HTTP: policies, endpoints, methods, routes. */
export function apiChanges(record: unknown): readonly DoorChange[] {
  const event = text(own(record, 'eventName')) ?? '';
  const parameters = own(record, 'requestParameters');
  const answer = own(record, 'responseElements');
  const said = (name: string): string | undefined => textOf(find(parameters, name)) ?? textOf(find(answer, name));
  const name = said('restApiId') ?? said('apiId') ?? textOf(own(answer, 'id')) ?? '';
  switch (event) {
    case 'CreateRestApi':
    case 'ImportRestApi':
    case 'PutRestApi':
      return [{ door: { kind: 'api-policy', name }, change: 'set', exposure: judgeRestApi(parameters) }];
    case 'UpdateRestApi':
    case 'UpdateRestApiPolicy':
      return patched(parameters, name);
    case 'DeleteRestApi':
    case 'DeleteApi':
      return [cleared({ kind: 'api-policy', name }, 'the API was deleted')];
    case 'PutMethod':
    case 'UpdateMethod':
    case 'CreateMethod':
      return method(parameters, answer, {
        kind: 'api-method',
        name,
        part: said('resourceId'),
        verb: said('httpMethod'),
      });
    case 'DeleteMethod':
      return [
        cleared(
          { kind: 'api-method', name, part: said('resourceId'), verb: said('httpMethod') },
          'the method was deleted',
        ),
      ];
    case 'CreateRoute':
    case 'UpdateRoute':
      return method(withDefault(parameters, answer, event), answer, { kind: 'api-route', name, part: said('routeId') });
    case 'DeleteRoute':
      return [cleared({ kind: 'api-route', name, part: said('routeId') }, 'the route was deleted')];
    case 'CreateApi':
      return quickCreated(parameters, { kind: 'api-route', name });
    case 'ImportApi':
    case 'ReimportApi':
      return imported(parameters, { kind: 'api-route', name });
    default:
      return [];
  }
}

function judgeRestApi(parameters: unknown): Exposure {
  const configuration = { endpointConfiguration: find(parameters, 'endpointConfiguration') };
  if (isPrivate(configuration)) return judgeApi(configuration);
  const policy = oneOrMany(find(parameters, 'policy'))[0];
  if (policy !== undefined && policy !== '') return judgePolicy(policy, 'apigw');
  const body = find(parameters, 'body');
  if (body === undefined) return noPolicy();
  const read = openApiBody({ body });
  return read ? judgeBody(read) : cannotTell('the body of the API is not told or cannot be read');
}

/** `patchOperations: [{op, path: '/policy', value: '…'}]`. */
function patched(parameters: unknown, name: string): readonly DoorChange[] {
  const changes: DoorChange[] = [];
  for (const patch of oneOrMany(find(parameters, 'patchOperations'))) {
    const path = asText(member(patch, 'path') ?? '').toLowerCase();
    const operation = asText(member(patch, 'op') ?? '').toLowerCase();
    const value = oneOrMany(member(patch, 'value'))[0];
    if (path === '/policy') {
      const removed = operation === 'remove' || value === '';
      changes.push({
        door: { kind: 'api-policy', name },
        change: removed ? 'cleared' : 'set',
        exposure: removed ? noPolicy() : judgePolicy(value, 'apigw'),
      });
    } else if (path.startsWith('/endpointconfiguration/types')) {
      const type = asText(value ?? '').toUpperCase();
      changes.push({
        door: { kind: 'api-endpoint', name },
        change: 'set',
        exposure: type === 'PRIVATE' ? judgeApi({ endpointConfiguration: { types: [type] } }) : noPolicy(),
      });
    }
  }
  if (changes.length > 0) return changes;
  // The guide's name for a policy change, in which hand-made records say the policy plainly.
  const policy = oneOrMany(find(parameters, 'policy'))[0];
  return policy === undefined
    ? []
    : [{ door: { kind: 'api-policy', name }, change: 'set', exposure: judgePolicy(policy, 'apigw') }];
}

/** The authorization that is asked for, by a parameter or a patch; else what the answer says the method has now. */
function method(parameters: unknown, answer: unknown, door: Door): readonly DoorChange[] {
  const patches = oneOrMany(find(parameters, 'patchOperations'));
  const patch = patches.find((one) => /^\/authorizationtype$/i.test(asText(member(one, 'path') ?? '')));
  const keyPatch = patches.find((one) => /^\/apikeyrequired$/i.test(asText(member(one, 'path') ?? '')));
  const authorizationType =
    find(parameters, 'authorizationType') ?? member(patch, 'value') ?? find(answer, 'authorizationType');
  const exposure = judgeMethod({
    authorizationType,
    apiKeyRequired: find(parameters, 'apiKeyRequired') ?? member(keyPatch, 'value') ?? find(answer, 'apiKeyRequired'),
    routeKey: find(parameters, 'routeKey') ?? find(answer, 'routeKey'),
    httpMethod: door.verb,
  });
  return exposure ? [{ door, change: 'set', exposure }] : [];
}

/** A new route that names no authorization has none. */
function withDefault(parameters: unknown, answer: unknown, event: string): unknown {
  const told = find(parameters, 'authorizationType') ?? find(answer, 'authorizationType');
  return event === 'CreateRoute' && told === undefined && find(parameters, 'routeKey') !== undefined
    ? { authorizationType: 'NONE', parameters }
    : parameters;
}

/** `CreateApi` with a target makes one route for everything, open to everyone. */
function quickCreated(parameters: unknown, door: Door): readonly DoorChange[] {
  if (find(parameters, 'target') === undefined) return [];
  const exposure = judgeMethod({ authorizationType: 'NONE', routeKey: find(parameters, 'routeKey') ?? '$default' });
  return exposure ? [{ door, change: 'set', exposure }] : [];
}

function imported(parameters: unknown, door: Door): readonly DoorChange[] {
  const body = openApiBody({ body: find(parameters, 'body') });
  return [
    {
      door,
      change: 'set',
      exposure: body ? judgeBody(body) : cannotTell('the body of the API is not told or cannot be read'),
    },
  ];
}

function cleared(door: Door, because: string): DoorChange {
  const exposure: Exposure = {
    verdict: 'not-public',
    anonymous: false,
    actions: [],
    because,
    sentence: `Not public: ${because}.`,
  };
  return { door, change: 'cleared', exposure };
}
