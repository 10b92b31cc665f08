import { TrailhoundError } from '../base/errors.ts';
import { isClauseRefusal } from './clause-count.ts';
import { type Lucene, nothing, ValueRefusal } from './lucene.ts';
import { innerReason } from './refusal.ts';

/** Runs `make`; where the query is lenient, a value that does not fit the field matches nothing instead of failing. */
export function lenient(on: boolean, field: string, make: () => Lucene): Lucene {
  try {
    return make();
  } catch (thrown) {
    if (!on || isClauseRefusal(thrown)) throw thrown;
    if (thrown instanceof ValueRefusal) {
      return nothing(`failed [${field}] query, caused by ${thrown.type}:[${thrown.message}]`);
    }
    if (!(thrown instanceof TrailhoundError)) throw thrown;
    const { type, reason } = innerReason(thrown);
    return nothing(`failed [${field}] query, caused by ${type}:[${reason}]`);
  }
}
