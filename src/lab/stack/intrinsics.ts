import { asText, isDocument, own, put, text } from '../../base/document.ts';
import { account, region } from '../account.ts';
import { type Template, validationError } from './template.ts';

/** What functions are answered from. */
export interface Scope {
  readonly template: Template;
  readonly stackName: string;
  readonly stackId: string;
  /** Parameter → value, defaults filled in. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Made so far: logical id → physical id and attributes. */
  readonly made: ReadonlyMap<
    string,
    { readonly physicalId: string; readonly attributes: Readonly<Record<string, string>> }
  >;
  readonly exported: (name: string) => string | undefined;
}

/** AWS::NoValue: the member or item that holds it is left out. */
const noValue = Symbol('AWS::NoValue');

/** A value with its functions answered. Throws ValidationError naming what it speaks of. */
export function evaluate(value: unknown, scope: Scope): unknown {
  const result = evaluated(value, scope);
  return result === noValue ? undefined : result;
}

function evaluated(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((each) => evaluated(each, scope)).filter((each) => each !== noValue);
  if (!isDocument(value)) return value;
  const [name, ...more] = Object.keys(value);
  if (name !== undefined && more.length === 0 && (name === 'Ref' || name === 'Condition' || name.startsWith('Fn::'))) {
    return answer(name, value[name], scope);
  }
  const members: { [name: string]: unknown } = {};
  for (const [key, member] of Object.entries(value)) {
    const result = evaluated(member, scope);
    if (result !== noValue) put(members, key, result);
  }
  return members;
}

function answer(name: string, argument: unknown, scope: Scope): unknown {
  switch (name) {
    case 'Ref':
      return reference(asText(argument), scope);
    case 'Condition':
      return condition(asText(argument), scope);
    case 'Fn::GetAtt':
      return attribute(argument, scope);
    case 'Fn::Sub':
      return substitute(argument, scope);
    case 'Fn::Join': {
      const [delimiter, items] = pair(name, argument, scope);
      return list(name, items).map(asText).join(asText(delimiter));
    }
    case 'Fn::Select': {
      const [index, items] = pair(name, argument, scope);
      const all = list(name, items);
      if (!(Number(index) in all)) throw validationError('Template error: Fn::Select cannot select nonexistent value');
      return all[Number(index)];
    }
    case 'Fn::Split': {
      const [delimiter, whole] = pair(name, argument, scope);
      return asText(whole).split(asText(delimiter));
    }
    case 'Fn::Base64':
      return Buffer.from(asText(evaluated(argument, scope))).toString('base64');
    case 'Fn::If': {
      const [test, yes, no] = list(name, argument);
      return evaluated(condition(asText(test), scope) ? yes : no, scope);
    }
    case 'Fn::Equals': {
      const [left, right] = pair(name, argument, scope);
      return asText(left) === asText(right);
    }
    case 'Fn::And':
      return list(name, argument).every((each) => evaluated(each, scope) === true);
    case 'Fn::Or':
      return list(name, argument).some((each) => evaluated(each, scope) === true);
    case 'Fn::Not':
      return list(name, argument).every((each) => evaluated(each, scope) !== true);
    case 'Fn::FindInMap': {
      const keys = list(name, argument).map((each) => asText(evaluated(each, scope)));
      const found = keys.reduce<unknown>((map, key) => own(map, key), scope.template.mappings);
      if (found === undefined) throw validationError(`Template error: Unable to get mapping for ${keys.join('::')}`);
      return found;
    }
    case 'Fn::ImportValue': {
      const exported = asText(evaluated(argument, scope));
      const found = scope.exported(exported);
      if (found === undefined) throw validationError(`No export named ${exported} found.`);
      return found;
    }
    default:
      throw validationError(`Template error: the lab does not know the function ${name}`);
  }
}

/** Conditions of the template by name; each may name others, but not itself. */
export function condition(name: string, scope: Scope, open: readonly string[] = []): boolean {
  const body = own(scope.template.conditions, name);
  if (body === undefined || open.includes(name)) {
    throw validationError(`Template format error: Unresolved condition dependency ${name}`);
  }
  return evaluated(body, scope) === true;
}

function reference(name: string, scope: Scope): unknown {
  const pseudo: Readonly<Record<string, string>> = {
    'AWS::AccountId': account,
    'AWS::Region': region,
    'AWS::StackName': scope.stackName,
    'AWS::StackId': scope.stackId,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
  };
  if (name === 'AWS::NoValue') return noValue;
  const parameter = scope.parameters.get(name);
  if (parameter !== undefined) {
    const type = text(own(own(scope.template.parameters, name), 'Type')) ?? 'String';
    return type.startsWith('List<') || type === 'CommaDelimitedList'
      ? parameter.split(',').map((each) => each.trim())
      : parameter;
  }
  const found = Object.hasOwn(pseudo, name) ? pseudo[name] : scope.made.get(name)?.physicalId;
  if (found === undefined) {
    throw validationError(
      `Template format error: Unresolved resource dependencies [${name}] in the Resources block of the template`,
    );
  }
  return found;
}

function attribute(argument: unknown, scope: Scope): unknown {
  const [name = '', member = ''] = Array.isArray(argument) ? argument.map(asText) : asText(argument).split(/\.(.*)/s);
  const made = scope.made.get(name);
  const value = made && Object.hasOwn(made.attributes, member) ? made.attributes[member] : undefined;
  if (value === undefined)
    throw validationError(`Template error: resource ${name} does not support attribute type ${member} in Fn::GetAtt`);
  return value;
}

function substitute(argument: unknown, scope: Scope): string {
  const [template, variables] = Array.isArray(argument) ? argument : [argument, {}];
  return asText(template).replace(/\$\{(!?)([^}]*)\}/g, (whole, literal: string, name: string) => {
    if (literal === '!') return whole.replace('!', '');
    const given = own(variables, name.trim());
    if (given !== undefined) return asText(evaluated(given, scope));
    return asText(name.includes('.') ? attribute(name.trim(), scope) : reference(name.trim(), scope));
  });
}

function pair(name: string, argument: unknown, scope: Scope): readonly [unknown, unknown] {
  const items = list(name, argument);
  if (items.length !== 2) throw validationError(`Template error: every ${name} object requires two parameters`);
  return [evaluated(items[0], scope), evaluated(items[1], scope)];
}

function list(name: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw validationError(`Template error: ${name} requires a list argument`);
  return value;
}

/** Logical ids that a value speaks of: what must be made before it. */
export function mentions(value: unknown, names: ReadonlySet<string>, found = new Set<string>()): ReadonlySet<string> {
  if (Array.isArray(value)) for (const each of value) mentions(each, names, found);
  if (!isDocument(value)) return found;
  for (const [key, member] of Object.entries(value)) {
    if (key === 'Ref' && names.has(asText(member))) found.add(asText(member));
    else if (key === 'Fn::GetAtt') {
      const name = Array.isArray(member) ? asText(member[0]) : asText(member).split('.')[0];
      if (name !== undefined && names.has(name)) found.add(name);
    } else if (key === 'Fn::Sub') {
      const template = asText(Array.isArray(member) ? member[0] : member);
      for (const match of template.matchAll(/\$\{([^!}.]+)/g)) {
        const name = (match[1] ?? '').trim();
        if (names.has(name)) found.add(name);
      }
    }
    mentions(member, names, found);
  }
  return found;
}
