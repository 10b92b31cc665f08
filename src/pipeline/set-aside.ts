import { at, type Document, isDocument, own, put } from '../base/document.ts';

/**
 * The document without the value at a dotted path, which stands as `path=JSON` under `trailhound.unmapped` instead.
 * Where an array lies on the way the whole array is set aside. undefined when there is nothing at the path below `data`.
 */
export function setAside(document: Document, path: string): Document | undefined {
  if (!path.startsWith('data.')) return undefined;
  const taken = take(document, path, '');
  return taken ? withUnmapped(taken.rest, [`${taken.path}=${JSON.stringify(taken.value)}`]) : undefined;
}

/**
 * Everything of `data.aws` that is no scalar goes aside, but for the identity: who called is what detections ask first,
 * and no body that an attacker writes may hide it. undefined when nothing of that kind is left.
 */
export function bodiesAside(document: Document): Document | undefined {
  const aws = at(document, 'data.aws');
  if (!isDocument(aws)) return undefined;
  const kept: { [field: string]: unknown } = {};
  const parts: string[] = [];
  for (const [key, value] of Object.entries(aws)) {
    if (typeof value === 'object' && value !== null && key !== 'userIdentity')
      parts.push(`data.aws.${key}=${JSON.stringify(value)}`);
    else put(kept, key, value);
  }
  if (parts.length === 0) return undefined;
  const data = isDocument(document.data) ? document.data : {};
  return withUnmapped({ ...document, data: { ...data, aws: kept } }, parts);
}

/** The fields that the guide's monitors and a person need, as strings; all of `data` as text. undefined when it is one already. */
export function skeleton(document: Document): Document | undefined {
  const trailhound = isDocument(document.trailhound) ? document.trailhound : {};
  if (trailhound.skeleton === true) return undefined;
  const aws = strings(at(document, 'data.aws'), [
    'eventID',
    'eventSource',
    'eventName',
    'eventTime',
    'awsRegion',
    'sourceIPAddress',
    'aws_account_id',
  ]);
  const userIdentity = strings(at(document, 'data.aws.userIdentity'), [
    'type',
    'principalId',
    'arn',
    'accountId',
    'userName',
  ]);
  return {
    timestamp: document.timestamp,
    '@timestamp': document['@timestamp'],
    decoder: { name: 'json' },
    data: { integration: 'aws', aws: { ...aws, userIdentity, source: 'cloudtrail' } },
    location: 'Wazuh-AWS',
    trailhound: {
      ...trailhound,
      skeleton: true,
      unmapped: [...unmappedOf(document), `data=${JSON.stringify(document.data)}`],
    },
  };
}

function strings(from: unknown, fields: readonly string[]): { [field: string]: string } {
  const found: { [field: string]: string } = {};
  for (const field of fields) {
    const value = own(from, field);
    if (typeof value === 'string') found[field] = value;
  }
  return found;
}

interface Taken {
  readonly rest: Document;
  readonly path: string;
  readonly value: unknown;
}

/** Keys may hold dots themselves, so each own key that begins the path is tried. */
function take(document: Document, path: string, above: string): Taken | undefined {
  for (const key of Object.keys(document)) {
    const whole = path === key;
    if (!whole && !path.startsWith(`${key}.`)) continue;
    const value = document[key];
    const here = `${above}${key}`;
    if (!whole && isDocument(value)) {
      const deeper = take(value, path.slice(key.length + 1), `${here}.`);
      if (deeper) return { ...deeper, rest: replaced(document, key, deeper.rest) };
      continue;
    }
    const rest: { [field: string]: unknown } = {};
    for (const [other, kept] of Object.entries(document)) if (other !== key) put(rest, other, kept);
    return { rest, path: here, value };
  }
  return undefined;
}

function replaced(document: Document, key: string, value: unknown): Document {
  const copy: { [field: string]: unknown } = {};
  for (const [other, kept] of Object.entries(document)) put(copy, other, other === key ? value : kept);
  return copy;
}

function withUnmapped(document: Document, parts: readonly string[]): Document {
  const trailhound = isDocument(document.trailhound) ? document.trailhound : {};
  return { ...document, trailhound: { ...trailhound, unmapped: [...unmappedOf(document), ...parts] } };
}

function unmappedOf(document: Document): readonly unknown[] {
  const unmapped = at(document, 'trailhound.unmapped');
  return Array.isArray(unmapped) ? unmapped : [];
}
