import type { DocumentQuery } from './document-input.ts';

/** A document-level trigger's condition, compiled: which of the documents that some query found it selects. */
export interface DocumentCondition {
  /** Why it cannot be read; such a trigger fails each run. */
  readonly failure: string | undefined;
  /** What it asks for that none of the queries has: `name x`, `tag y`. */
  unknown(queries: readonly DocumentQuery[]): readonly string[];
  /** `found`: query → its documents, in the monitor's order. A document may be answered twice, as by the original. */
  select(found: ReadonlyMap<DocumentQuery, readonly string[]>): readonly string[];
}

/**
 * Reads `return true`, `return false` or an expression over queries: `query[name=x] && !(query[tag=y] || query[id=z])`. Spaces
 * count for nothing; `&&` and `||` bind equally, from the left; `!` selects among the documents that any query found. Never
 * throws: the failure is part of the answer.
 */
export function compileDocumentCondition(source: string): DocumentCondition {
  const unknown = (): readonly string[] => [];
  if (source === 'return true') return { failure: undefined, unknown, select: (found) => [...found.values()].flat() };
  if (source === 'return false') return { failure: undefined, unknown, select: () => [] };
  try {
    const steps = toPostfix(tokensOf(source.replaceAll(' ', '')));
    checkSteps(steps);
    return {
      failure: undefined,
      unknown: (queries) =>
        steps.flatMap((step) =>
          typeof step === 'string' || queries.some((query) => has(query, step)) ? [] : [`${step.by} ${step.value}`],
        ),
      select: (found) => [...evaluate(steps, found)],
    };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return { failure: error.message, unknown, select: () => [] };
  }
}

class ExpressionError extends Error {}

type Operator = '&&' | '||' | '!' | '(' | ')';
type Operand = { readonly by: 'name' | 'tag' | 'id'; readonly value: string };
type Token = Operator | Operand;

const pattern = /(&&|\|\||!|\(|\))|query\[(name|tag|id)=([^\]]*)\]/y;

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (!found) {
      throw new ExpressionError(
        `Invalid trigger expression at character ${at + 1} (spaces not counted): [${text.slice(at, at + 40)}] ` +
          'is no query[name=…], query[tag=…], query[id=…], &&, ||, !, ( or )',
      );
    }
    at = pattern.lastIndex;
    const [, operator, by, value = ''] = found;
    tokens.push(operator ? (operator as Operator) : { by: by as Operand['by'], value });
  }
  return tokens;
}

const precedence: Readonly<Record<Operator, number>> = { '(': 1, ')': 1, '&&': 2, '||': 2, '!': 3 };

/** Dijkstra's shunting yard, with the original's words for what does not match. */
function toPostfix(tokens: readonly Token[]): readonly (Operand | '&&' | '||' | '!')[] {
  const output: (Operand | '&&' | '||' | '!')[] = [];
  const stack: Operator[] = [];
  const flushTo = (stop: (top: Operator) => boolean): void => {
    for (let top = stack.at(-1); top !== undefined && !stop(top); top = stack.at(-1)) {
      output.push(stack.pop() as '&&' | '||' | '!');
    }
  };
  for (const token of tokens) {
    if (typeof token !== 'string') output.push(token);
    else if (token === '(') stack.push(token);
    else if (token === ')') {
      flushTo((top) => top === '(');
      if (stack.pop() === undefined) throw new ExpressionError('No matching left parenthesis.');
    } else {
      if (token !== '!') flushTo((top) => precedence[top] < precedence[token]);
      stack.push(token);
    }
  }
  if (stack.includes('(')) throw new ExpressionError('No matching right parenthesis.');
  flushTo(() => false);
  return output;
}

function checkSteps(steps: readonly (Operand | '&&' | '||' | '!')[]): void {
  let depth = 0;
  for (const step of steps) {
    const needs = step === '!' ? 1 : typeof step === 'string' ? 2 : 0;
    if (depth < needs)
      throw new ExpressionError(`Invalid trigger expression: [${String(step)}] has nothing to work on`);
    depth += 1 - needs;
  }
  if (depth !== 1) throw new ExpressionError('Invalid trigger expression: it must come to one set of documents');
}

function evaluate(
  steps: readonly (Operand | '&&' | '||' | '!')[],
  found: ReadonlyMap<DocumentQuery, readonly string[]>,
): ReadonlySet<string> {
  const stack: ReadonlySet<string>[] = [];
  const pop = (): ReadonlySet<string> => stack.pop() ?? new Set();
  for (const step of steps) {
    if (step === '!') {
      const without = pop();
      stack.push(new Set([...found.values()].flat().filter((id) => !without.has(id))));
    } else if (typeof step === 'string') {
      const right = pop();
      const left = pop();
      stack.push(step === '||' ? new Set([...left, ...right]) : new Set([...left].filter((id) => right.has(id))));
    } else stack.push(documentsOf(step, found));
  }
  return pop();
}

function has(query: DocumentQuery, { by, value }: Operand): boolean {
  // Spaces were dropped from the expression, so they count for nothing in names either.
  const same = (text: string): boolean => text.replaceAll(' ', '') === value;
  return by === 'tag' ? query.tags.some(same) : same(query[by]);
}

function documentsOf(operand: Operand, found: ReadonlyMap<DocumentQuery, readonly string[]>): ReadonlySet<string> {
  const documents = new Set<string>();
  for (const [query, ids] of found) {
    if (has(query, operand)) for (const id of ids) documents.add(id);
  }
  return documents;
}
