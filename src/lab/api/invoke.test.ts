import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../base/clock.ts';
import type { Step } from '../attack.ts';
import { callHttp } from '../http-call.ts';
import { startLab } from '../lab.suite.ts';
import { type Made, playSteps } from '../play.ts';

/** Who may call an API: method authorization, resource policy, keys; and a change is live after a deployment. */

const step = { as: 'admin', headers: {}, body: undefined, save: {}, expect: undefined } as const;

function api(call: string, body?: Step['body'], save: Step['save'] = {}): Step {
  return { ...step, service: 'api', call, body, save };
}

function invoke(as: Step['as'], path: string, expect: number, headers: Step['headers'] = {}): Step {
  return { ...step, as, service: 'invoke', call: `GET ${path}`, expect, headers };
}

const policy = (Effect: string, Principal: unknown): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect, Principal, Action: 'execute-api:Invoke', Resource: 'execute-api:/*' }],
  });

const mock = { 'x-amazon-apigateway-integration': { type: 'mock', responses: { default: { statusCode: '200' } } } };
const sigv4 = {
  sign: { type: 'apiKey', name: 'Authorization', in: 'header', 'x-amazon-apigateway-authtype': 'awsSigv4' },
};
const definition = {
  openapi: '3.0.1',
  info: { title: 'gates', version: '1' },
  components: { securitySchemes: { ...sigv4, key: { type: 'apiKey', name: 'x-api-key', in: 'header' } } },
  paths: {
    '/open': { get: mock },
    '/signed': { get: { ...mock, security: [{ sign: [] }] } },
    '/keyed': { get: { ...mock, security: [{ key: [] }] } },
    '/files/{name}': { get: mock },
    '/rest/{all+}': { 'x-amazon-apigateway-any-method': mock },
  },
};

test('method authorization, resource policy and API keys are honoured', async (t) => {
  const lab = await startLab(t, { trail: false });
  const target = { url: lab.url, templates: new Map<string, string>(), clock: systemClock };
  const play = (steps: readonly Step[], made: Made): Promise<Made> => playSteps(target, steps, made);
  const deploy = api('POST /restapis/${ApiId}/deployments', { stageName: 'prod' });
  let made = await play([api('POST /restapis?mode=import', definition, { ApiId: 'id' }), deploy], {});
  const usual = [
    invoke('anonymous', '/prod/open', 200),
    invoke('anonymous', '/prod/signed', 403),
    invoke('admin', '/prod/signed', 200),
    invoke('stranger', '/prod/signed', 403),
    invoke('anonymous', '/prod/keyed', 403),
    invoke('anonymous', '/prod/files/a', 200),
    invoke('anonymous', '/prod/files/a/b', 403),
    invoke('anonymous', '/prod/rest/a/b', 200),
  ];
  await play(usual, made);

  const patch = (value: string): Step =>
    api('PATCH /restapis/${ApiId}', { patchOperations: [{ op: 'replace', path: '/policy', value }] });
  await play([patch(policy('Allow', { AWS: '999999999999' })), invoke('anonymous', '/prod/open', 200), deploy], made);
  await play([invoke('anonymous', '/prod/open', 403), invoke('stranger', '/prod/signed', 200)], made);
  const port = new URL(lab.url).port;
  const refused = await callHttp('GET', `${lab.url}/prod/open`, {
    host: `${made.ApiId}.execute-api.localhost:${port}`,
  });
  assert.match(
    refused.body,
    /User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:\*{8}0000:/,
  );
  await play([patch(policy('Deny', '*')), deploy, invoke('admin', '/prod/signed', 403)], made);
  await play([patch(''), deploy, ...usual], made);

  const key = 'a-key-of-at-least-twenty-letters';
  made = await play([api('POST /apikeys', { name: 'k', value: key, enabled: true }, { KeyId: 'id' })], made);
  await play([invoke('anonymous', '/prod/keyed', 403, { 'x-api-key': key })], made);
  made = await play(
    [api('POST /usageplans', { name: 'p', apiStages: [{ apiId: made.ApiId, stage: 'prod' }] }, { PlanId: 'id' })],
    made,
  );
  await play(
    [
      api('POST /usageplans/${PlanId}/keys', { keyId: made.KeyId, keyType: 'API_KEY' }),
      invoke('anonymous', '/prod/keyed', 200, { 'x-api-key': key }),
      invoke('anonymous', '/prod/keyed', 403, { 'x-api-key': 'another' }),
    ],
    made,
  );
});
