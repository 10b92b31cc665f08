import { closure, lower, type Pattern, step } from './policy-pattern.ts';

/** Work left for one judgement: shared by all its searches, so that a hostile policy costs a bounded time. */
export interface Effort {
  left: number;
}

/** What a text has to do: match one of the patterns, or none of them. */
export interface TextWish {
  readonly patterns: readonly Pattern[];
  readonly match: boolean;
}

/**
 * A text that fulfils all wishes, the shortest; undefined when there is none, or when the effort ran out (then
 * `effort.left` is below 0). Exact: it follows all patterns at once, character by character, over the characters that
 * the patterns name and one that none names.
 */
export function findText(wishes: readonly TextWish[], effort: Effort): string | undefined {
  const patterns = wishes.flatMap((wish) => wish.patterns);
  const owners = wishes.flatMap((wish, number) => wish.patterns.map(() => number));
  const fresh = freshCharacter(patterns);
  type State = { readonly places: readonly (readonly number[])[]; readonly from?: State; readonly char?: number };
  const start: State = { places: patterns.map(({ codes }) => closure(codes, [0])) };
  const seen = new Set<string>([keyOf(start.places)]);
  let front: State[] = [start];
  while (front.length > 0) {
    const next: State[] = [];
    for (const state of front) {
      if (fulfilled(wishes, owners, patterns, state.places)) return textOf(state);
      for (const char of charactersOf(patterns, state.places, fresh)) {
        if (--effort.left < 0) return undefined;
        const places = patterns.map(({ codes, fold }, index) => step(codes, fold, state.places[index] ?? [], char));
        const key = keyOf(places);
        if (seen.has(key) || !possible(wishes, owners, places)) continue;
        seen.add(key);
        next.push({ places, from: state, char });
      }
    }
    front = next;
  }
  return undefined;
}

function fulfilled(
  wishes: readonly TextWish[],
  owners: readonly number[],
  patterns: readonly Pattern[],
  places: readonly (readonly number[])[],
): boolean {
  const met = new Set<number>();
  patterns.forEach(({ codes }, index) => {
    if (places[index]?.at(-1) === codes.length) met.add(owners[index] ?? -1);
  });
  return wishes.every((wish, number) => met.has(number) === wish.match);
}

/** Each wish to match still has a pattern that may. */
function possible(
  wishes: readonly TextWish[],
  owners: readonly number[],
  places: readonly (readonly number[])[],
): boolean {
  return wishes.every(
    (wish, number) => !wish.match || places.some((reached, index) => owners[index] === number && reached.length > 0),
  );
}

function charactersOf(
  patterns: readonly Pattern[],
  places: readonly (readonly number[])[],
  fresh: number,
): Set<number> {
  const characters = new Set([fresh]);
  patterns.forEach(({ codes, fold }, index) => {
    for (const place of places[index] ?? []) {
      const code = codes[place];
      if (code === undefined || code < 0) continue;
      characters.add(code);
      if (fold) {
        characters.add(lower(code));
        characters.add(String.fromCharCode(code).toUpperCase().charCodeAt(0));
      }
    }
  });
  return characters;
}

/** One that stands in no pattern: it can only be met by a wildcard. */
function freshCharacter(patterns: readonly Pattern[]): number {
  const used = new Set(patterns.flatMap(({ codes }) => codes.map(lower)));
  for (const char of 'zqxjkvwyhgfubpmn0123456789') if (!used.has(char.charCodeAt(0))) return char.charCodeAt(0);
  let code = 0x4e00;
  while (used.has(code)) code++;
  return code;
}

function keyOf(places: readonly (readonly number[])[]): string {
  return places.map((reached) => reached.join(',')).join(';');
}

function textOf(state: { readonly from?: unknown; readonly char?: number }): string {
  const codes: number[] = [];
  for (let at: typeof state | undefined = state; at?.char !== undefined; at = at.from as typeof state | undefined) {
    codes.push(at.char);
  }
  return codes.reverse().reduce((text, code) => text + String.fromCharCode(code), '');
}
