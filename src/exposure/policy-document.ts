import { asText, type Document, isDocument } from '../base/document.ts';
import { limits } from '../base/limits.ts';
import type { Parsed, Problem } from '../base/problem.ts';
import { type Condition, parseConditions } from './policy-condition.ts';
import { member, oneOrMany } from './policy-member.ts';
import { everyone, type PrincipalSet, parsePrincipals } from './policy-principal.ts';
import { readPolicyText } from './policy-text.ts';

export interface Names {
  /** NotAction, NotResource: everything but these. */
  readonly not: boolean;
  readonly values: readonly string[];
}

export interface Statement {
  /** Counts from 0, over all statements of the document. */
  readonly position: number;
  readonly sid: string | undefined;
  readonly effect: 'Allow' | 'Deny';
  readonly principals: PrincipalSet;
  readonly actions: Names;
  readonly resources: Names;
  /** All must hold. */
  readonly conditions: readonly Condition[];
}

export interface Policy {
  /** `${key}` is a variable (Version 2012-10-17); before, it was text. */
  readonly variables: boolean;
  /** Those that can be read; each of the others is a problem. */
  readonly statements: readonly Statement[];
}

export interface PolicyOptions {
  /** `caller`: an identity policy, whose statements name no principal and hold for whom it is attached to. */
  readonly attachedTo?: 'resource' | 'caller';
}

/**
 * Reads a policy as IAM's grammar has it and as CloudTrail shows it: an object, or its JSON as text, in text again,
 * percent-encoded or base64; a statement alone; single values for lists; names of elements, operators and keys in any case. Undefined when it
 * cannot be read at all (empty, omitted, cut off). A statement that cannot be read is a problem and left out:
 * whoever judges must not call the rest safe.
 */
export function parsePolicy(input: unknown, options: PolicyOptions = {}): Parsed<Policy | undefined> {
  const document = readPolicyText(input);
  const given = Array.isArray(document) ? document : (member(document, 'Statement') ?? bareStatement(document));
  if (given === undefined || given === null || given === '') {
    return { value: undefined, problems: [{ place: 'policy', message: 'there is no policy that could be read' }] };
  }
  const problems: Problem[] = [];
  const statements: Statement[] = [];
  const list = oneOrMany(given);
  if (list.length > limits.policyStatementsMax) {
    problems.push({ place: 'policy', message: `only the first ${limits.policyStatementsMax} statements are judged` });
  }
  list.slice(0, limits.policyStatementsMax).forEach((statement, position) => {
    const read = parseStatement(statement, position, options);
    if (typeof read === 'string') problems.push({ place: 'policy', path: `Statement[${position}]`, message: read });
    else statements.push(read);
  });
  const version = isDocument(document) ? member(document, 'Version') : undefined;
  return { value: { variables: version !== '2008-10-17' && version !== undefined, statements }, problems };
}

/** People cut one statement out of a policy to ask about it. */
function bareStatement(document: unknown): unknown {
  return member(document, 'Effect') === undefined ? undefined : document;
}

/** The statement, or what is wrong with it. */
function parseStatement(input: unknown, position: number, options: PolicyOptions): Statement | string {
  if (!isDocument(input)) return 'is no object';
  const effect = asText(member(input, 'Effect') ?? '').toLowerCase();
  if (effect !== 'allow' && effect !== 'deny') return 'Effect is neither Allow nor Deny';
  const principals =
    options.attachedTo === 'caller'
      ? everyone
      : parsePrincipals(member(input, 'Principal'), member(input, 'NotPrincipal'));
  if (typeof principals === 'string') return principals;
  const actions = parseNames(input, 'Action');
  if (!actions) return 'names no Action';
  const conditions = parseConditions(member(input, 'Condition'));
  if (typeof conditions === 'string') return conditions;
  const sid = member(input, 'Sid');
  return {
    position,
    sid: typeof sid === 'string' && sid !== '' ? sid : undefined,
    effect: effect === 'allow' ? 'Allow' : 'Deny',
    principals,
    actions,
    // A policy for one resource needs to name none (the trust policies' form): it holds for what it is attached to.
    resources: parseNames(input, 'Resource') ?? { not: false, values: ['*'] },
    conditions,
  };
}

function parseNames(statement: Document, name: 'Action' | 'Resource'): Names | undefined {
  const plain = member(statement, name);
  const not = member(statement, `Not${name}`);
  const values = oneOrMany(plain ?? not).filter((value): value is string => typeof value === 'string');
  return values.length === 0 ? undefined : { not: plain === undefined, values };
}
