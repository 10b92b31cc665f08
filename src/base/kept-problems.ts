import { limits } from './limits.ts';
import type { Log } from './log.ts';
import { describeProblem, type Problem } from './problem.ts';

export interface KeptProblems {
  add(problem: Problem): void;
  /** The newest limits.problemsKeptMax, oldest first. */
  kept(): readonly Problem[];
  /** All that were ever added. */
  total(): number;
}

/**
 * Keeps the newest problems for the status page. The log hears of each kind once, then at its 10th, 100th, 1,000th time:
 * one odd field in a busy account must not drown everything else.
 */
export function keepProblems(log: Log): KeptProblems {
  const kept: Problem[] = [];
  const times = new Map<string, number>();
  let total = 0;
  return {
    add(problem) {
      total++;
      kept.push(problem);
      if (kept.length > limits.problemsKeptMax) kept.shift();
      const kind = `${problem.path ?? ''} ${problem.message}`;
      const seen = (times.get(kind) ?? 0) + 1;
      if (times.size < limits.problemsKeptMax || seen > 1) times.set(kind, seen);
      if (seen === 1) log.warn(describeProblem(problem));
      else if (/^10+$/.test(String(seen))) log.warn(`${describeProblem(problem)} (for the ${seen}th time)`);
    },
    kept: () => kept,
    total: () => total,
  };
}
