import { isAlias, isMap, isNode, isScalar, isSeq, parseDocument } from 'yaml';
import { asText, type Document, isDocument, own, put, text } from '../../base/document.ts';
import { limits } from '../../base/limits.ts';
import { AwsRefusal } from '../exchange.ts';

/** A template as CloudFormation reads it, short forms (`!Sub`) written out. */
export interface Template {
  readonly text: string;
  readonly description: string | undefined;
  readonly parameters: Document;
  readonly mappings: Document;
  readonly conditions: Document;
  readonly resources: ReadonlyMap<string, TemplateResource>;
  readonly outputs: Document;
}

export interface TemplateResource {
  readonly type: string;
  readonly properties: Document;
  readonly dependsOn: readonly string[];
  readonly condition: string | undefined;
  readonly retain: boolean;
}

export function validationError(message: string): AwsRefusal {
  return new AwsRefusal(400, 'ValidationError', message);
}

const shortForms = new Set(
  [
    'Sub',
    'Join',
    'Select',
    'Split',
    'If',
    'Equals',
    'And',
    'Or',
    'Not',
    'FindInMap',
    'ImportValue',
    'Base64',
    'GetAtt',
    'GetAZs',
    'Ref',
    'Condition',
  ].map((name) => `!${name}`),
);

/** A node as JSON: `!Ref X` is `{Ref: X}`, `!Sub X` is `{'Fn::Sub': X}`, `!GetAtt A.B` is `{'Fn::GetAtt': [A, B]}`. */
function plain(node: unknown, depth = 0): unknown {
  if (depth > limits.recordDepthMax) throw validationError('Template format error: the template is nested too deep');
  if (isAlias(node))
    throw validationError('Template format error: YAML aliases are not allowed in CloudFormation templates');
  const value = content(node, depth);
  const tag = isNode(node) ? node.tag : undefined;
  if (tag === undefined || !tag.startsWith('!')) return value;
  if (!shortForms.has(tag)) throw validationError(`Template format error: unknown tag ${tag}`);
  const name = tag.slice(1);
  if (name === 'Ref' || name === 'Condition') return { [name]: value };
  if (name === 'GetAtt' && typeof value === 'string') return { 'Fn::GetAtt': value.split(/\.(.*)/s).slice(0, 2) };
  return { [`Fn::${name}`]: value };
}

function content(node: unknown, depth: number): unknown {
  if (isMap(node)) {
    const members: { [name: string]: unknown } = {};
    for (const { key, value } of node.items)
      put(members, asText(isScalar(key) ? key.value : key), plain(value, depth + 1));
    return members;
  }
  if (isSeq(node)) return node.items.map((item) => plain(item, depth + 1));
  if (!isScalar(node)) return null;
  return node.value;
}

/** Reads a template in YAML or JSON. Throws ValidationError, with the place. */
export function readTemplate(source: string): Template {
  if (source.length > limits.labTemplateMax) throw validationError('Template is too large');
  const document = parseDocument(source, { schema: 'core', logLevel: 'error' });
  const wrong = document.errors[0];
  if (wrong) throw validationError(`Template format error: ${wrong.message.split('\n')[0]}`);
  const body: unknown = plain(document.contents);
  if (!isDocument(body) || !isDocument(own(body, 'Resources'))) {
    throw validationError('Template format error: At least one Resources member must be defined.');
  }
  const given = Object.entries(own(body, 'Resources') as Document);
  if (given.length > limits.labStackResourcesMax) throw validationError('Template format error: too many resources');
  const resources = new Map<string, TemplateResource>();
  for (const [name, resource] of given) {
    const type = text(own(resource, 'Type'));
    if (type === undefined)
      throw validationError(
        `Template format error: [/Resources/${name}] Every Resources object must contain a Type member.`,
      );
    const depends = own(resource, 'DependsOn');
    const properties = own(resource, 'Properties');
    resources.set(name, {
      type,
      properties: isDocument(properties) ? properties : {},
      dependsOn: (Array.isArray(depends) ? depends : [depends]).filter((each) => typeof each === 'string'),
      condition: text(own(resource, 'Condition')),
      retain: own(resource, 'DeletionPolicy') === 'Retain',
    });
  }
  const section = (name: string): Document => {
    const found = own(body, name);
    return isDocument(found) ? found : {};
  };
  return {
    text: source,
    description: text(own(body, 'Description')),
    parameters: section('Parameters'),
    mappings: section('Mappings'),
    conditions: section('Conditions'),
    resources,
    outputs: section('Outputs'),
  };
}
