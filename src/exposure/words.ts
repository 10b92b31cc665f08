import { printable } from '../base/problem.ts';
import type { Exposure } from './exposure.ts';

/** Texts of policies are anybody's: printable, and short enough for an alert. */
export function shown(text: string): string {
  const safe = printable(text);
  return safe.length > textMax ? `${safe.slice(0, textMax)}…` : safe;
}

const textMax = 200;
const listMax = 6;

export function listed(texts: readonly string[], last = 'and'): string {
  const some = texts.length > listMax ? [...texts.slice(0, listMax), `${texts.length - listMax} more`] : [...texts];
  const end = some.pop() ?? '';
  return some.length === 0 ? end : `${some.join(', ')} ${last} ${end}`;
}

export function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function cannotTell(why: string): Exposure {
  const because = shown(why);
  return {
    verdict: 'unknown',
    anonymous: null,
    actions: [],
    because,
    sentence: `It cannot be told whether this is public: ${because}. Look at it before calling it safe.`,
  };
}
