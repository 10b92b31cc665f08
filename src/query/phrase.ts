import type { Phrase, PhraseSlot } from './lucene.ts';
import type { Tokens } from './tokens.ts';

/** True when the phrase stands in the tokens: word for word, or with at most `slop` moves of words. */
export function matchesPhrase({ slots, slop, prefix }: Phrase, tokens: Tokens): boolean {
  const shifted: number[][] = [];
  for (const [index, { terms, position }] of slots.entries()) {
    const last = prefix && index === slots.length - 1;
    const found = new Set<number>();
    for (const term of terms) {
      for (const [token, positions] of last ? tokens : exact(tokens, term)) {
        if (last && !token.startsWith(term)) continue;
        for (const at of positions) found.add(at - position);
      }
    }
    if (found.size === 0) return false;
    shifted.push([...found].sort((a, b) => a - b));
  }
  return slop === 0 ? aligned(shifted) : sloppy(shifted, slots, slop);
}

function exact(tokens: Tokens, term: string): readonly (readonly [string, readonly number[]])[] {
  const positions = tokens.get(term);
  return positions ? [[term, positions]] : [];
}

function aligned([first = [], ...rest]: readonly (readonly number[])[]): boolean {
  const others = rest.map((positions) => new Set(positions));
  return first.some((at) => others.every((positions) => positions.has(at)));
}

/**
 * Some choice of one place a word lies within `slop`: the places are already shifted by the word's place in the phrase,
 * so a perfect phrase has width 0. The same word twice needs two places.
 */
function sloppy(shifted: readonly (readonly number[])[], slots: readonly PhraseSlot[], slop: number): boolean {
  for (const low of new Set(shifted.flat())) {
    const used = new Set<string>();
    const fits = shifted.every((places, index) => {
      const { terms, position } = slots[index] as PhraseSlot;
      const seat = (at: number): string => `${terms.join('\n')}\n${at + position}`;
      const place = places.find((at) => at >= low && at <= low + slop && !used.has(seat(at)));
      if (place === undefined) return false;
      used.add(seat(place));
      return true;
    });
    if (fits) return true;
  }
  return false;
}
