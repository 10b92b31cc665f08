import type { Instant } from '../../base/clock.ts';
import { AwsRefusal } from '../exchange.ts';

/** Members are as API Gateway's JSON has them, so that a patch may change any: its paths are theirs. */
export type Members = { [name: string]: unknown };

export interface Resource {
  readonly id: string;
  readonly parentId: string | undefined;
  pathPart: string | undefined;
  readonly path: string;
  /** `GET` or `ANY` → `{httpMethod, authorizationType, apiKeyRequired, methodIntegration, methodResponses}`. */
  readonly methods: Map<string, Members>;
}

/** What a deployment froze: a change of methods or policy is live after the next one only. */
export interface Deployment {
  readonly id: string;
  readonly createdAt: Instant;
  readonly description: string | undefined;
  readonly resources: readonly Resource[];
  readonly policy: string | undefined;
}

export interface RestApi {
  readonly id: string;
  readonly createdAt: Instant;
  /** name, description, policy, endpointConfiguration, … */
  readonly members: Members;
  readonly resources: Map<string, Resource>;
  readonly deployments: Map<string, Deployment>;
  readonly stages: Map<string, Members>;
}

export interface ApiGateway {
  readonly apis: Map<string, RestApi>;
  /** `{id, name, value, enabled, …}`. */
  readonly keys: Map<string, Members>;
  /** `{id, name, apiStages: [{apiId, stage}], keyIds}`. */
  readonly plans: Map<string, Members>;
}

export function apiOf({ apis }: ApiGateway, id: string): RestApi {
  const api = apis.get(id);
  if (!api) throw notFound(`Invalid API identifier specified 000000000000:${id}`);
  return api;
}

export function resourceOf(api: RestApi, id: string): Resource {
  const resource = api.resources.get(id);
  if (!resource) throw notFound('Invalid Resource identifier specified');
  return resource;
}

export function methodOf(resource: Resource, verb: string): Members {
  const method = resource.methods.get(verb);
  if (!method) throw notFound('Invalid Method identifier specified');
  return method;
}

export function stageOf(api: RestApi, name: string): Members {
  const stage = api.stages.get(name);
  if (!stage) throw notFound('Invalid stage identifier specified');
  return stage;
}

export function notFound(message: string): AwsRefusal {
  return new AwsRefusal(404, 'NotFoundException', message);
}

export function badRequest(message: string): AwsRefusal {
  return new AwsRefusal(400, 'BadRequestException', message);
}
