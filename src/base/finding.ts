import { describeProblem, type Problem, printable } from './problem.ts';

/** What a lint has to say: a problem with its weight and what to do about it. */
export interface Finding extends Problem {
  /** `error`: it can never work. `warning`: it works, but not everywhere or not as one would think. */
  readonly level: 'error' | 'warning';
  readonly fix?: string;
}

/** `file:line path: error: message` and the fix on a line of its own, safe for a terminal. */
export function describeFinding(finding: Finding): string {
  const told = describeProblem({ ...finding, message: `${finding.level}: ${finding.message}` });
  return finding.fix === undefined ? told : `${told}\n    fix: ${printable(finding.fix)}`;
}
