import { isDocument, own, text } from '../base/document.ts';

/** The member of that name, in any case: exact spelling first. */
export function member(value: unknown, name: string): unknown {
  const exact = own(value, name);
  if (exact !== undefined || !isDocument(value)) return exact;
  const wanted = name.toLowerCase();
  const key = Object.keys(value).find((key) => key.toLowerCase() === wanted);
  return key === undefined ? undefined : value[key];
}

/** IAM and CloudTrail write a list of one as the one. */
export function oneOrMany(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** The one, or the first of many, where it is a text. */
export function textOf(value: unknown): string | undefined {
  return text(oneOrMany(value)[0]);
}
