import type { Clock } from '../base/clock.ts';
import { at, isDocument, own, text } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import type { Actor, Play, Step } from './attack.ts';
import { administrator, analyst, type LabUser, stranger } from './caller.ts';
import { callHttp, type HttpAnswer } from './http-call.ts';
import { signHeaders } from './signature.ts';

/** What an attack sees of a lab: its address, and the templates it may deploy. It never sees rules, monitors or alerts. */
export interface Target {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Template by name: `leaky-bucket`. */
  readonly templates: ReadonlyMap<string, string>;
  readonly clock: Clock;
}

/** What was made so far, by name: an API's id, for example. */
export type Made = Readonly<Record<string, string>>;

/** Plays a list of steps, one after the other, over HTTP. Throws when one did not answer as it should. */
export async function playSteps(target: Target, steps: readonly Step[], made: Made = {}): Promise<Made> {
  let known = made;
  for (const step of steps) known = { ...known, ...(await playStep(target, step, known)) };
  return known;
}

/** All of a play but its revert; answers what was made, which the revert needs. */
export async function playUntilReverted(target: Target, play: Play): Promise<Made> {
  return playSteps(target, play.detonate, await playSteps(target, play.warmUp));
}

const actors: Readonly<Record<Actor, LabUser | undefined>> = {
  admin: administrator,
  analyst,
  stranger,
  anonymous: undefined,
};

async function playStep(target: Target, step: Step, made: Made): Promise<Made> {
  const call = fill(step.call, made);
  if (step.service === 'deploy') return deploy(target, call);
  if (step.service === 'delete') return remove(target, call);
  const sent = requestOf(target, step, call, made);
  const headers =
    step.service === 'invoke' && step.as === 'anonymous' ? { host: sent.host } : headersOf(target, step.as, sent);
  const answer = await callHttp(
    sent.method,
    `${target.url}${sent.path}${sent.rawQuery ? `?${sent.rawQuery}` : ''}`,
    {
      'user-agent': userAgents[step.service],
      ...sent.headers,
      ...headers,
    },
    sent.body,
  );
  const right = step.expect === undefined ? answer.status < 400 : answer.status === step.expect;
  if (!right) throw failed(`${step.as} ${step.service} ${call}`, answer);
  return saved(step, answer);
}

const userAgents = {
  s3: 'aws-cli/2.31.0 md/awscrt#0.27.6 ua/2.1 os/linux lang/python#3.13.7 md/command#s3',
  api: 'aws-cli/2.31.0 md/command#apigateway',
  invoke: 'curl/8.14.1',
  cloudtrail: 'aws-cli/2.31.0 md/command#cloudtrail',
} as const;

interface Sent {
  readonly service: string;
  readonly method: string;
  readonly path: string;
  readonly rawQuery: string;
  readonly host: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function requestOf({ url }: Target, step: Step, call: string, made: Made): Sent {
  const { host, port } = new URL(url);
  const body =
    step.body === undefined
      ? ''
      : fill(
          typeof step.body === 'string' ? step.body : JSON.stringify(step.body),
          made,
          typeof step.body !== 'string',
        );
  const headers = Object.fromEntries(
    Object.entries(step.headers).map(([name, value]) => [name.toLowerCase(), fill(value, made)]),
  );
  if (step.service === 'cloudtrail') {
    const target = {
      'x-amz-target': `com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.${call}`,
      'content-type': 'application/x-amz-json-1.1',
    };
    return {
      service: 'cloudtrail',
      method: 'POST',
      path: '/',
      rawQuery: '',
      host,
      headers: { ...target, ...headers },
      body: body || '{}',
    };
  }
  const [method = 'GET', where = '/'] = call.split(/ (.*)/s);
  const [path = '/', rawQuery = ''] = where.split(/\?(.*)/s);
  const service = step.service === 's3' ? 's3' : step.service === 'api' ? 'apigateway' : 'execute-api';
  const named = step.service === 'invoke' ? `${made.ApiId ?? 'no-api'}.execute-api.localhost:${port}` : host;
  return { service, method, path, rawQuery, host: named, headers, body };
}

function headersOf({ clock }: Target, as: Actor, sent: Sent): Readonly<Record<string, string>> {
  const user = actors[as];
  return user ? signHeaders(user, sent.service, { ...sent, at: clock.now() }) : { host: sent.host };
}

/** `${Name}`, inside JSON escaped as JSON wants it. */
function fill(template: string, made: Made, json = false): string {
  return template.replace(/\$\{(\w+)\}/g, (whole, name: string) => {
    const value = Object.hasOwn(made, name) ? made[name] : undefined;
    if (value === undefined) return whole;
    return json ? JSON.stringify(value).slice(1, -1) : value;
  });
}

function saved({ save }: Step, { body }: HttpAnswer): Made {
  const names = Object.entries(save);
  if (names.length === 0) return {};
  const answer: unknown = JSON.parse(body);
  return Object.fromEntries(names.map(([name, path]) => [name, text(at(answer, path)) ?? '']));
}

async function cloudFormation(target: Target, fields: Readonly<Record<string, string>>): Promise<string> {
  const body = new URLSearchParams({ ...fields, Version: '2010-05-15' }).toString();
  const { host } = new URL(target.url);
  const sent = { service: 'cloudformation', method: 'POST', path: '/', rawQuery: '', host, headers: {}, body };
  const headers = {
    ...headersOf(target, 'admin', sent),
    'content-type': 'application/x-www-form-urlencoded',
    'user-agent': 'aws-cli/2.31.0 md/command#cloudformation',
  };
  const answer = await callHttp('POST', `${target.url}/`, headers, body);
  if (answer.status >= 400) throw failed(`${fields.Action} ${fields.StackName}`, answer);
  return answer.body;
}

/** Deploys a template under its own name, with `delete-me-projectx-` before it, anew where it is there already. */
async function deploy(target: Target, name: string): Promise<Made> {
  const template = target.templates.get(name);
  if (template === undefined) {
    throw new TrailhoundError(
      'not-found',
      `the lab has no template "${name}"; it has ${[...target.templates.keys()].join(', ')}`,
    );
  }
  const StackName = `delete-me-projectx-${name}`;
  await cloudFormation(target, { Action: 'DeleteStack', StackName });
  await cloudFormation(target, {
    Action: 'CreateStack',
    StackName,
    TemplateBody: template,
    'Capabilities.member.1': 'CAPABILITY_IAM',
  });
  const described = await cloudFormation(target, { Action: 'DescribeStacks', StackName });
  if (!described.includes('<StackStatus>CREATE_COMPLETE<')) {
    throw new TrailhoundError(
      'source-failed',
      `stack ${StackName}: ${/<StackStatusReason>(.*?)</s.exec(described)?.[1] ?? 'was not made'}`,
    );
  }
  const outputs = [...described.matchAll(/<OutputKey>(.*?)<\/OutputKey><OutputValue>(.*?)<\/OutputValue>/gs)];
  return Object.fromEntries(outputs.map((match) => [match[1] ?? '', match[2] ?? '']));
}

async function remove(target: Target, name: string): Promise<Made> {
  await cloudFormation(target, { Action: 'DeleteStack', StackName: `delete-me-projectx-${name}` });
  return {};
}

function failed(what: string, { status, body }: HttpAnswer): TrailhoundError {
  return new TrailhoundError('source-failed', `${what}: answered ${status} ${reasonIn(body)}`);
}

function reasonIn(body: string): string {
  const xml = /<Code>(.*?)<\/Code>.*?<Message>(.*?)<\/Message>/s.exec(body);
  if (xml) return `${xml[1]}: ${xml[2]}`;
  try {
    const json: unknown = JSON.parse(body);
    if (isDocument(json)) return text(own(json, 'message') ?? own(json, 'Message')) ?? body.slice(0, 200);
  } catch {
    // Shown as it is.
  }
  return body.slice(0, 200);
}
