import * as api from './api-resources.ts';
import type { ResourceType } from './resource.ts';
import * as storage from './s3-resources.ts';

/** Every type that a template may name. */
export const resourceTypes: readonly ResourceType[] = [
  storage.bucket,
  storage.bucketPolicy,
  storage.queue,
  storage.queuePolicy,
  storage.stream,
  storage.role,
  api.trail,
  api.restApi,
  api.apiResource,
  api.apiMethod,
  api.apiDeployment,
  api.apiStage,
  api.apiKey,
  api.usagePlan,
  api.usagePlanKey,
  api.apiAccount,
];
