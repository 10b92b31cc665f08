import { randomUUID } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import type { Document } from '../../base/document.ts';
import { canonicalJson } from '../../trail/canonical.ts';
import { account, region } from '../account.ts';
import type { Caller } from '../caller.ts';
import { AwsRefusal, type Reply } from '../exchange.ts';
import { type Form, formMember, queryReply } from '../query-protocol.ts';
import { runManaged, type ServiceCall } from '../service-call.ts';
import type { XmlValue } from '../xml.ts';
import type { Hands } from './resource.ts';
import {
  type ChangeSet,
  checkTemplate,
  dismantle,
  inOrder,
  parametersOf,
  realize,
  type Stack,
  scopeOf,
  type Workbench,
} from './stack.ts';
import { describeChangeSet, describeEvents, describeResources, describeStack, summarize } from './stack-answers.ts';
import { readTemplate, type Template, validationError } from './template.ts';

export interface CloudFormation {
  /** By name; what was deleted is gone. */
  readonly stacks: Map<string, Stack>;
  readonly clock: Clock;
  /** The services, as this caller reaches them through CloudFormation. */
  hands(caller: Caller): Hands;
}

interface Context {
  readonly cf: CloudFormation;
  readonly form: Form;
  readonly call: ServiceCall;
}

/** What is answered at once, and the work that goes on after the call itself was recorded. */
interface Outcome {
  readonly result: XmlValue;
  readonly told?: Document | null;
  readonly work?: () => Promise<void>;
}

export const namespace = 'http://cloudformation.amazonaws.com/doc/2010-05-15/';

const operations: Readonly<Record<string, (context: Context) => Outcome>> = {
  CreateStack(context) {
    const { cf, form } = context;
    if (cf.stacks.has(stackName(form))) {
      throw new AwsRefusal(400, 'AlreadyExistsException', `Stack [${stackName(form)}] already exists`);
    }
    const wanted = wantedOf(context, undefined);
    checkTemplate(wanted.template, wanted.capabilities);
    const stack = newStack(context, wanted);
    cf.stacks.set(stack.name, stack);
    return {
      result: { StackId: stack.id },
      told: { stackId: stack.id },
      work: () => realize(stack, benchOf(context), 'CREATE'),
    };
  },
  UpdateStack(context) {
    const stack = stackIn(context);
    const wanted = wantedOf(context, stack);
    checkTemplate(wanted.template, wanted.capabilities);
    if (changesOf(context, stack, wanted).length === 0) throw validationError('No updates are to be performed.');
    Object.assign(stack, wanted, { updatedAt: context.call.request.at });
    return {
      result: { StackId: stack.id },
      told: { stackId: stack.id },
      work: () => realize(stack, benchOf(context), 'UPDATE'),
    };
  },
  DeleteStack(context) {
    const { cf, form } = context;
    const stack = findStack(cf, stackName(form));
    if (!stack) return { result: '' };
    return {
      result: '',
      async work() {
        await dismantle(stack, benchOf(context));
        if (stack.status === 'DELETE_COMPLETE') cf.stacks.delete(stack.name);
      },
    };
  },
  DescribeStacks(context) {
    const { cf, form } = context;
    const named = form.get('StackName');
    const stacks = named ? [stackIn(context)] : [...cf.stacks.values()];
    return { result: { Stacks: { member: stacks.map(describeStack) } } };
  },
  ListStacks: ({ cf }) => ({ result: { StackSummaries: { member: [...cf.stacks.values()].map(summarize) } } }),
  DescribeStackEvents: (context) => ({ result: { StackEvents: { member: describeEvents(stackIn(context)) } } }),
  DescribeStackResources: (context) => ({
    result: { StackResources: { member: describeResources(stackIn(context), 'Timestamp') } },
  }),
  ListStackResources: (context) => ({
    result: { StackResourceSummaries: { member: describeResources(stackIn(context), 'LastUpdatedTimestamp') } },
  }),
  DescribeStackResource(context) {
    const name = context.form.get('LogicalResourceId') ?? '';
    const found = describeResources(stackIn(context), 'LastUpdatedTimestamp').find(
      ({ LogicalResourceId }) => LogicalResourceId === name,
    );
    if (!found) throw validationError(`Resource ${name} does not exist for stack ${stackName(context.form)}`);
    return { result: { StackResourceDetail: found } };
  },
  GetTemplate: (context) => ({
    result: { TemplateBody: stackIn(context).template.text, StagesAvailable: { member: ['Original', 'Processed'] } },
  }),
  GetTemplateSummary: (context) => ({ result: summaryOf(templateIn(context) ?? stackIn(context).template) }),
  ValidateTemplate(context) {
    const template = templateIn(context);
    if (!template) throw validationError('Either Template URL or Template Body must be specified.');
    checkTemplate(template, ['CAPABILITY_IAM']);
    return { result: summaryOf(template) };
  },
  ListExports: ({ cf }) => ({
    result: {
      Exports: {
        member: [...cf.stacks.values()].flatMap(({ id, outputs }) =>
          outputs.flatMap(({ exportName, value }) =>
            exportName ? [{ ExportingStackId: id, Name: exportName, Value: value }] : [],
          ),
        ),
      },
    },
  }),
  CreateChangeSet(context) {
    const { cf, form, call } = context;
    const kind = form.get('ChangeSetType') === 'CREATE' ? 'CREATE' : 'UPDATE';
    const before = findStack(cf, stackName(form));
    if (kind === 'UPDATE' && !before) throw missing(form);
    if (kind === 'CREATE' && before && before.status !== 'REVIEW_IN_PROGRESS') {
      throw validationError(
        `Stack [${stackName(form)}] already exists and cannot be created again with the changeSet [${form.get('ChangeSetName')}].`,
      );
    }
    const wanted = wantedOf(context, before);
    checkTemplate(wanted.template, wanted.capabilities);
    const stack = before ?? { ...newStack(context, wanted), status: 'REVIEW_IN_PROGRESS' };
    const name = form.get('ChangeSetName') ?? '';
    const changes = changesOf(context, stack, wanted);
    const none = changes.length === 0;
    const set: ChangeSet = {
      name,
      id: `arn:aws:cloudformation:${region}:${account}:changeSet/${name}/${randomUUID()}`,
      createdAt: call.request.at,
      kind,
      ...wanted,
      changes,
      status: none ? 'FAILED' : 'CREATE_COMPLETE',
      reason: none
        ? "The submitted information didn't contain changes. Submit different information to create a change set."
        : undefined,
      execution: none ? 'UNAVAILABLE' : 'AVAILABLE',
    };
    stack.changeSets.set(name, set);
    cf.stacks.set(stack.name, stack);
    return { result: { Id: set.id, StackId: stack.id }, told: { id: set.id, stackId: stack.id } };
  },
  DescribeChangeSet(context) {
    const { stack, set } = changeSetIn(context);
    return { result: describeChangeSet(stack, set) };
  },
  ListChangeSets(context) {
    const stack = stackIn(context);
    const member = [...stack.changeSets.values()].map((set) => ({
      StackName: stack.name,
      StackId: stack.id,
      ChangeSetName: set.name,
      ChangeSetId: set.id,
      Status: set.status,
      ExecutionStatus: set.execution,
    }));
    return { result: { Summaries: { member } } };
  },
  DeleteChangeSet(context) {
    const { stack, set } = changeSetIn(context);
    stack.changeSets.delete(set.name);
    return { result: '' };
  },
  ExecuteChangeSet(context) {
    const { stack, set } = changeSetIn(context);
    if (set.execution !== 'AVAILABLE') {
      throw new AwsRefusal(
        400,
        'InvalidChangeSetStatus',
        `ChangeSet [${set.id}] cannot be executed in its current status of [${set.status}]`,
      );
    }
    set.execution = 'EXECUTE_COMPLETE';
    stack.template = set.template;
    stack.parameters = set.parameters;
    stack.capabilities = set.capabilities;
    if (set.kind === 'UPDATE') stack.updatedAt = context.call.request.at;
    return { result: '', work: () => realize(stack, benchOf(context), set.kind) };
  },
};

/**
 * CloudFormation's query API. A call that changes a stack is answered when the change is done: waiters see it at their first
 * look. Its record comes before those of what it makes.
 */
export async function answerCloudFormation(cf: CloudFormation, form: Form, call: ServiceCall): Promise<Reply> {
  const name = form.get('Action') ?? '';
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (!operation) throw new AwsRefusal(400, 'InvalidAction', `The lab's CloudFormation has no operation ${name}.`);
  const context = { cf, form, call };
  const outcome = runManaged(
    call,
    {
      eventSource: 'cloudformation.amazonaws.com',
      eventName: name,
      readOnly: /^(Describe|List|Get|Validate)/.test(name),
      action: `cloudformation:${name}`,
      apiVersion: '2010-05-15',
    },
    { requestParameters: parametersTold(form) },
    () => {
      const done = operation(context);
      return { result: done, responseElements: done.told ?? null };
    },
  );
  await outcome.work?.();
  return queryReply(name, outcome.result, namespace);
}

/** As CloudTrail tells it: without the template, which is too large. */
function parametersTold(form: Form): Document {
  const told: Record<string, unknown> = {};
  for (const [name, value] of form.plain()) {
    if (value === '' || name === 'Action' || name === 'Version' || name === 'TemplateBody' || name.includes('.'))
      continue;
    told[name.slice(0, 1).toLowerCase() + name.slice(1)] = value;
  }
  const parameters = form.members('Parameters').map((each) => ({
    parameterKey: formMember(each, 'ParameterKey'),
    parameterValue: formMember(each, 'ParameterValue'),
  }));
  if (parameters.length > 0) told.parameters = parameters;
  const capabilities = form.list('Capabilities');
  if (capabilities.length > 0) told.capabilities = capabilities;
  return told;
}

interface WantedStack {
  readonly template: Template;
  readonly parameters: ReadonlyMap<string, string>;
  readonly capabilities: readonly string[];
}

function wantedOf(context: Context, before: Stack | undefined): WantedStack {
  const { form } = context;
  const template = form.get('UsePreviousTemplate') === 'true' ? before?.template : templateIn(context);
  if (!template) throw validationError('Either Template URL or Template Body must be specified.');
  const given = new Map<string, string>();
  for (const each of form.members('Parameters')) {
    const name = formMember(each, 'ParameterKey') ?? '';
    const previous = formMember(each, 'UsePreviousValue') === 'true' ? before?.parameters.get(name) : undefined;
    const value = previous ?? formMember(each, 'ParameterValue');
    if (value !== undefined) given.set(name, value);
  }
  return { template, parameters: parametersOf(template, given), capabilities: form.list('Capabilities') };
}

function templateIn({ form }: Context): Template | undefined {
  const body = form.get('TemplateBody');
  if (body !== undefined) return readTemplate(body);
  if (form.get('TemplateURL') !== undefined)
    throw validationError('The lab reads no TemplateURL: send the template itself (TemplateBody).');
  return undefined;
}

function newStack({ form, call }: Context, wanted: WantedStack): Stack {
  const name = stackName(form);
  if (!/^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(name)) {
    throw validationError(
      `1 validation error detected: Value '${name}' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`,
    );
  }
  return {
    name,
    id: `arn:aws:cloudformation:${region}:${account}:stack/${name}/${randomUUID()}`,
    createdAt: call.request.at,
    updatedAt: undefined,
    status: 'CREATE_IN_PROGRESS',
    reason: undefined,
    ...wanted,
    resources: new Map(),
    outputs: [],
    events: [],
    changeSets: new Map(),
  };
}

/** What a change set would do. A resource counts as changed when its template or a parameter that it may read changed. */
function changesOf({ cf }: Context, stack: Stack, wanted: WantedStack): ChangeSet['changes'] {
  const after = { ...stack, ...wanted };
  const ordered = inOrder(wanted.template, scopeOf(after, { exported: exporter(cf) }));
  const parametersChanged =
    canonicalJson(Object.fromEntries(stack.parameters)) !== canonicalJson(Object.fromEntries(wanted.parameters));
  const changes = ordered.flatMap(([logicalId, resource]): ChangeSet['changes'] => {
    const { type } = resource;
    if (!stack.resources.has(logicalId)) return [{ action: 'Add' as const, logicalId, type }];
    const before = stack.template.resources.get(logicalId);
    const same = canonicalJson(before?.properties) === canonicalJson(resource.properties);
    return same && !parametersChanged ? [] : [{ action: 'Modify' as const, logicalId, type }];
  });
  const gone = [...stack.resources.values()].filter(({ logicalId }) => !ordered.some(([each]) => each === logicalId));
  const outputsChanged = canonicalJson(stack.template.outputs) !== canonicalJson(wanted.template.outputs);
  const removed = gone.map(({ logicalId, type }) => ({ action: 'Remove' as const, logicalId, type }));
  const first = ordered[0];
  if (changes.length + removed.length === 0 && outputsChanged && first) {
    return [{ action: 'Modify', logicalId: first[0], type: first[1].type }];
  }
  return [...changes, ...removed];
}

function exporter(cf: CloudFormation): (name: string) => string | undefined {
  return (name) =>
    [...cf.stacks.values()].flatMap(({ outputs }) => outputs).find(({ exportName }) => exportName === name)?.value;
}

function benchOf({ cf, call }: Context): Workbench {
  return { hands: cf.hands(call.caller), clock: cf.clock, exported: exporter(cf) };
}

function stackName(form: Form): string {
  return form.get('StackName') ?? '';
}

/** By name or by ARN. */
function findStack({ stacks }: CloudFormation, name: string): Stack | undefined {
  return stacks.get(name) ?? [...stacks.values()].find(({ id }) => id === name);
}

function stackIn({ cf, form }: Context): Stack {
  const stack = findStack(cf, stackName(form));
  if (!stack) throw missing(form);
  return stack;
}

function missing(form: Form): AwsRefusal {
  return validationError(`Stack with id ${stackName(form)} does not exist`);
}

function changeSetIn(context: Context): { readonly stack: Stack; readonly set: ChangeSet } {
  const name = context.form.get('ChangeSetName') ?? '';
  for (const stack of context.cf.stacks.values()) {
    for (const set of stack.changeSets.values()) {
      if (
        set.id === name ||
        (set.name === name && (stack.name === stackName(context.form) || stack.id === stackName(context.form)))
      ) {
        return { stack, set };
      }
    }
  }
  throw new AwsRefusal(404, 'ChangeSetNotFound', `ChangeSet [${name}] does not exist`);
}

function summaryOf(template: Template): XmlValue {
  const capabilities = [...template.resources.values()].some(({ type }) => type === 'AWS::IAM::Role')
    ? ['CAPABILITY_IAM']
    : [];
  return {
    Description: template.description,
    Parameters: {
      member: Object.entries(template.parameters).map(([ParameterKey, parameter]) => {
        const { Default, Description } = parameter as { Default?: unknown; Description?: unknown };
        return {
          ParameterKey,
          DefaultValue: Default === undefined ? undefined : `${Default}`,
          NoEcho: false,
          Description: typeof Description === 'string' ? Description : undefined,
        };
      }),
    },
    Capabilities: { member: capabilities },
    ResourceTypes: { member: [...new Set([...template.resources.values()].map(({ type }) => type))] },
  };
}
