import { type Document, isDocument, own } from '../base/document.ts';

/**
 * May a caller without credentials do this, by this resource policy alone? A Deny wins, nothing said means no, and a
 * statement with a Condition never matches here: the lab's own policies have none.
 */
export function allowsAnyone(policy: Document | undefined, action: string, resource: string): boolean {
  const effects = statements(policy)
    .filter((statement) => isForEveryone(own(statement, 'Principal')) && own(statement, 'Condition') === undefined)
    .filter((statement) => covers(own(statement, 'Action'), action, true))
    .filter((statement) => covers(own(statement, 'Resource'), resource, false))
    .map((statement) => own(statement, 'Effect'));
  return effects.includes('Allow') && !effects.includes('Deny');
}

function statements(policy: Document | undefined): readonly unknown[] {
  return list(own(policy, 'Statement'));
}

function isForEveryone(principal: unknown): boolean {
  return principal === '*' || (isDocument(principal) && list(own(principal, 'AWS')).includes('*'));
}

function covers(patterns: unknown, value: string, ignoreCase: boolean): boolean {
  return list(patterns).some((pattern) => typeof pattern === 'string' && matches(pattern, value, ignoreCase));
}

/** `*` stands for any text, `?` for one character. Linear: only the last star is ever tried again. */
export function matches(pattern: string, value: string, ignoreCase: boolean): boolean {
  const wanted = ignoreCase ? pattern.toLowerCase() : pattern;
  const given = ignoreCase ? value.toLowerCase() : value;
  let at = 0;
  let star = -1;
  let retry = 0;
  for (let index = 0; index < given.length; ) {
    if (wanted[at] === '*') {
      star = at++;
      retry = index;
    } else if (at < wanted.length && (wanted[at] === '?' || wanted[at] === given[index])) {
      at++;
      index++;
    } else if (star >= 0) {
      at = star + 1;
      index = ++retry;
    } else {
      return false;
    }
  }
  while (wanted[at] === '*') at++;
  return at === wanted.length;
}

function list(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
