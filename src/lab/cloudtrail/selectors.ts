import { asText, type Document, isDocument, own, text } from '../../base/document.ts';
import type { Trail } from './trail.ts';

/** Does the trail want this record? Basic selectors are alternatives; so are advanced ones, whose fields must all hold. */
export function wants(trail: Pick<Trail, 'eventSelectors' | 'advancedEventSelectors'>, record: Document): boolean {
  if (trail.advancedEventSelectors) return trail.advancedEventSelectors.some((selector) => holdsAll(selector, record));
  return (trail.eventSelectors ?? []).some((selector) => basicWants(selector, record));
}

function basicWants(selector: Document, record: Document): boolean {
  const kind = text(own(selector, 'ReadWriteType')) ?? 'All';
  const readOnly = record.readOnly === true;
  if (kind === 'ReadOnly' && !readOnly) return false;
  if (kind === 'WriteOnly' && readOnly) return false;
  if (record.eventCategory !== 'Data') {
    const excluded = list(own(selector, 'ExcludeManagementEventSources'));
    return own(selector, 'IncludeManagementEvents') !== false && !excluded.includes(record.eventSource);
  }
  return list(own(selector, 'DataResources')).some((resource) => {
    const type = own(resource, 'Type');
    return resourcesOf(record).some(
      (each) =>
        each.type === type &&
        list(own(resource, 'Values')).some(
          // `arn:aws:s3` alone stands for every bucket.
          (value) => typeof value === 'string' && (value === 'arn:aws:s3' || each.arn.startsWith(value)),
        ),
    );
  });
}

function holdsAll(selector: Document, record: Document): boolean {
  const fields = list(own(selector, 'FieldSelectors'));
  const wanted = fields.find((field) => own(field, 'Field') === 'resources.type');
  const types = wanted === undefined ? [] : list(own(wanted, 'Equals'));
  // resources.ARN speaks of the resource whose type is asked for, not of the others of the same record.
  const resource = resourcesOf(record).find(({ type }) => types.includes(type));
  return (
    fields.length > 0 &&
    fields.every((field) => holds(field, fieldOf(text(own(field, 'Field')) ?? '', record, resource)))
  );
}

function fieldOf(
  field: string,
  record: Document,
  resource: { readonly type: string; readonly arn: string } | undefined,
): string | undefined {
  if (field === 'resources.type') return resource?.type;
  if (field === 'resources.ARN') return resource?.arn;
  if (field === 'userIdentity.arn') return text(own(record.userIdentity, 'arn'));
  const value = own(record, field);
  return value === undefined ? undefined : asText(value);
}

/** Positive operators need one of their values; negative ones none. Values of one field are alternatives. */
function holds(field: unknown, value: string | undefined): boolean {
  const of = (name: string): readonly string[] | undefined => {
    const given = own(field, name);
    return Array.isArray(given) && given.length > 0 ? given.filter((each) => typeof each === 'string') : undefined;
  };
  const has = value ?? '';
  const positive: (boolean | undefined)[] = [
    of('Equals')?.includes(has),
    of('StartsWith')?.some((each) => has.startsWith(each)),
    of('EndsWith')?.some((each) => has.endsWith(each)),
  ].filter((each) => each !== undefined);
  const negative: (boolean | undefined)[] = [
    of('NotEquals')?.includes(has),
    of('NotStartsWith')?.some((each) => has.startsWith(each)),
    of('NotEndsWith')?.some((each) => has.endsWith(each)),
  ];
  return (positive.length === 0 || (value !== undefined && positive.includes(true))) && !negative.includes(true);
}

function resourcesOf(record: Document): readonly { readonly type: string; readonly arn: string }[] {
  return list(record.resources).flatMap((resource) => {
    const type = text(own(resource, 'type'));
    const arn = text(own(resource, 'ARN')) ?? text(own(resource, 'ARNPrefix'));
    return type !== undefined && arn !== undefined ? [{ type, arn }] : [];
  });
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : isDocument(value) ? [value] : [];
}
