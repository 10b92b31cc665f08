import { limits } from '../base/limits.ts';
import { ValueRefusal } from './lucene.ts';

const type = 'too_many_clauses';

/** Throws where one boolean would have more clauses than may be. Asked before they are made: a text may have a million words. */
export function checkClauseCount(count: number): void {
  if (count > limits.clausesMax) throw new ValueRefusal(type, `maxClauseCount is set to ${limits.clausesMax}`);
}

/** Such a refusal: lenient queries do not swallow it. */
export function isClauseRefusal(thrown: unknown): boolean {
  return thrown instanceof ValueRefusal && thrown.type === type;
}
