import { randomUUID } from 'node:crypto';
import type { Clock, Instant } from '../../base/clock.ts';
import { asText, type Document, isDocument, own, text } from '../../base/document.ts';
import { reasonOf } from '../../base/errors.ts';
import { canonicalJson } from '../../trail/canonical.ts';
import { AwsRefusal } from '../exchange.ts';
import { condition, evaluate, mentions, type Scope } from './intrinsics.ts';
import type { Hands, Made, ResourceType } from './resource.ts';
import { resourceTypes } from './resource-types.ts';
import { type Template, type TemplateResource, validationError } from './template.ts';

export interface StackResource extends Made {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Document;
  readonly at: Instant;
}

export interface StackEvent {
  readonly id: string;
  readonly at: Instant;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: string;
  readonly reason: string | undefined;
}

export interface Output {
  readonly key: string;
  readonly value: string;
  readonly description: string | undefined;
  readonly exportName: string | undefined;
}

export interface Stack {
  readonly name: string;
  readonly id: string;
  readonly createdAt: Instant;
  updatedAt: Instant | undefined;
  status: string;
  reason: string | undefined;
  template: Template;
  parameters: ReadonlyMap<string, string>;
  capabilities: readonly string[];
  resources: Map<string, StackResource>;
  outputs: readonly Output[];
  events: StackEvent[];
  readonly changeSets: Map<string, ChangeSet>;
}

export interface ChangeSet {
  readonly name: string;
  readonly id: string;
  readonly createdAt: Instant;
  readonly kind: 'CREATE' | 'UPDATE';
  readonly template: Template;
  readonly parameters: ReadonlyMap<string, string>;
  readonly capabilities: readonly string[];
  readonly changes: readonly {
    readonly action: 'Add' | 'Modify' | 'Remove';
    readonly logicalId: string;
    readonly type: string;
  }[];
  status: string;
  reason: string | undefined;
  execution: string;
}

export interface Workbench {
  readonly hands: Hands;
  readonly clock: Clock;
  exported(name: string): string | undefined;
}

/** The template's parameters with the values given; throws ValidationError for one that is missing or not allowed. */
export function parametersOf(template: Template, given: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const name of given.keys()) {
    if (own(template.parameters, name) === undefined) {
      throw validationError(`Parameters: [${name}] do not exist in the template`);
    }
  }
  for (const [name, parameter] of Object.entries(template.parameters)) {
    const fallback = own(parameter, 'Default');
    const value = given.get(name) ?? (fallback === undefined ? undefined : asText(fallback));
    if (value === undefined) throw validationError(`Parameters: [${name}] must have values`);
    const allowed = own(parameter, 'AllowedValues');
    if (Array.isArray(allowed) && !allowed.map(asText).includes(value)) {
      throw validationError(`Parameter '${name}' must be one of AllowedValues`);
    }
    found.set(name, value);
  }
  return found;
}

/** Throws for a type or property that the lab does not know, and for IAM without the capability. */
export function checkTemplate(template: Template, capabilities: readonly string[]): void {
  for (const [name, { type, properties }] of template.resources) {
    const known = typeNamed(type, name);
    const wrong = Object.keys(properties).find(
      (each) => !known.properties.includes(each) && !known.ignored?.includes(each),
    );
    if (wrong !== undefined) {
      throw validationError(`[/Resources/${name}] The lab does not know the property ${wrong} of ${type}`);
    }
    if (known.capability && !capabilities.some((each) => each.startsWith('CAPABILITY_'))) {
      throw new AwsRefusal(400, 'InsufficientCapabilitiesException', 'Requires capabilities : [CAPABILITY_IAM]');
    }
  }
}

function typeNamed(type: string, name: string): ResourceType {
  const known = resourceTypes.find((each) => each.name === type);
  if (known) return known;
  throw validationError(
    `[/Resources/${name}] The lab has no resource type ${type}; it has ${resourceTypes.map((each) => each.name).join(', ')}`,
  );
}

/** Makes, changes and removes what it takes for the stack to be its template; undoes a creation that fails. */
export async function realize(stack: Stack, bench: Workbench, kind: 'CREATE' | 'UPDATE'): Promise<void> {
  mark(stack, bench, `${kind}_IN_PROGRESS`, kind === 'CREATE' ? 'User Initiated' : undefined);
  try {
    const scope = scopeOf(stack, bench);
    const wanted = inOrder(stack.template, scope);
    for (const [name, resource] of wanted) await realizeOne(stack, bench, scope, name, resource);
    const gone = [...stack.resources.keys()].filter((name) => !wanted.some(([each]) => each === name)).reverse();
    for (const name of gone) await removeOne(stack, bench, name);
    stack.outputs = outputsOf(stack, scope);
    mark(stack, bench, `${kind}_COMPLETE`, undefined);
  } catch (error) {
    const reason = reasonOf(error);
    if (kind === 'UPDATE') {
      mark(stack, bench, 'UPDATE_FAILED', reason);
      return;
    }
    mark(stack, bench, 'ROLLBACK_IN_PROGRESS', reason);
    await removeAll(stack, bench).catch(() => undefined);
    mark(stack, bench, 'ROLLBACK_COMPLETE', undefined);
    stack.reason = reason;
  }
}

async function realizeOne(
  stack: Stack,
  bench: Workbench,
  scope: Scope,
  name: string,
  resource: TemplateResource,
): Promise<void> {
  const type = typeNamed(resource.type, name);
  const evaluated = evaluate(resource.properties, scope);
  const properties = isDocument(evaluated) ? evaluated : {};
  const before = stack.resources.get(name);
  if (before?.type === resource.type && canonicalJson(before.properties) === canonicalJson(properties)) return;
  const wanted = { stackName: stack.name, logicalId: name, properties };
  try {
    let made: Made;
    if (before && before.type === resource.type && type.update) made = await type.update(bench.hands, wanted, before);
    else {
      if (before) await removeOne(stack, bench, name);
      made = await type.create(bench.hands, wanted);
    }
    stack.resources.set(name, { ...made, logicalId: name, type: resource.type, properties, at: bench.clock.now() });
    tell(stack, bench, name, made.physicalId, resource.type, before ? 'UPDATE_COMPLETE' : 'CREATE_COMPLETE', undefined);
  } catch (error) {
    tell(
      stack,
      bench,
      name,
      before?.physicalId ?? '',
      resource.type,
      before ? 'UPDATE_FAILED' : 'CREATE_FAILED',
      reasonOf(error),
    );
    throw new Error(`The following resource(s) failed to create: [${name}]. ${reasonOf(error)}`);
  }
}

/** Removes everything, the last made first. What cannot be removed stays, and the stack is DELETE_FAILED. */
export async function dismantle(stack: Stack, bench: Workbench): Promise<void> {
  mark(stack, bench, 'DELETE_IN_PROGRESS', 'User Initiated');
  try {
    await removeAll(stack, bench);
    mark(stack, bench, 'DELETE_COMPLETE', undefined);
  } catch (error) {
    mark(stack, bench, 'DELETE_FAILED', reasonOf(error));
  }
}

async function removeAll(stack: Stack, bench: Workbench): Promise<void> {
  for (const name of [...stack.resources.keys()].reverse()) await removeOne(stack, bench, name);
}

async function removeOne(stack: Stack, bench: Workbench, name: string): Promise<void> {
  const made = stack.resources.get(name);
  if (!made) return;
  try {
    if (!stack.template.resources.get(name)?.retain)
      await typeNamed(made.type, name).remove(bench.hands, made, made.properties);
  } catch (error) {
    // What somebody else has removed already is gone all the same.
    if (!/does not exist|NotFound|Invalid \w+ identifier|Unknown trail/i.test(reasonOf(error))) {
      tell(stack, bench, name, made.physicalId, made.type, 'DELETE_FAILED', reasonOf(error));
      throw new Error(`The following resource(s) failed to delete: [${name}]. ${reasonOf(error)}`);
    }
  }
  stack.resources.delete(name);
  tell(stack, bench, name, made.physicalId, made.type, 'DELETE_COMPLETE', undefined);
}

export function scopeOf(stack: Stack, bench: Pick<Workbench, 'exported'>): Scope {
  return {
    template: stack.template,
    stackName: stack.name,
    stackId: stack.id,
    parameters: stack.parameters,
    made: stack.resources,
    exported: bench.exported,
  };
}

/** The resources whose condition holds, each after those that it speaks of. */
export function inOrder(template: Template, scope: Scope): readonly (readonly [string, TemplateResource])[] {
  const wanted = new Map(
    [...template.resources].filter(
      ([, resource]) => resource.condition === undefined || condition(resource.condition, scope),
    ),
  );
  const names = new Set(wanted.keys());
  const ordered: (readonly [string, TemplateResource])[] = [];
  const done = new Set<string>();
  const visit = (name: string, open: readonly string[]): void => {
    const resource = wanted.get(name);
    if (done.has(name) || !resource) return;
    if (open.includes(name))
      throw validationError(`Circular dependency between resources: [${[...open, name].join(', ')}]`);
    for (const before of [...resource.dependsOn, ...mentions(resource.properties, names)])
      visit(before, [...open, name]);
    done.add(name);
    ordered.push([name, resource]);
  };
  for (const name of wanted.keys()) visit(name, []);
  return ordered;
}

function outputsOf(stack: Stack, scope: Scope): readonly Output[] {
  return Object.entries(stack.template.outputs).flatMap(([key, output]) => {
    const only = text(own(output, 'Condition'));
    if (only !== undefined && !condition(only, scope)) return [];
    const exportName = own(own(output, 'Export'), 'Name');
    return [
      {
        key,
        value: asText(evaluate(own(output, 'Value'), scope)),
        description: text(own(output, 'Description')),
        exportName: exportName === undefined ? undefined : asText(evaluate(exportName, scope)),
      },
    ];
  });
}

function mark(stack: Stack, bench: Workbench, status: string, reason: string | undefined): void {
  stack.status = status;
  stack.reason = reason;
  tell(stack, bench, stack.name, stack.id, 'AWS::CloudFormation::Stack', status, reason);
}

const eventsMax = 2000;

function tell(
  stack: Stack,
  { clock }: Workbench,
  logicalId: string,
  physicalId: string,
  type: string,
  status: string,
  reason: string | undefined,
): void {
  stack.events.unshift({ id: randomUUID(), at: clock.now(), logicalId, physicalId, type, status, reason });
  stack.events.length = Math.min(stack.events.length, eventsMax);
}
