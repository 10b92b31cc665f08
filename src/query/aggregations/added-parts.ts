import type { Part } from './part.ts';

/** What tallies made of parts, by the first of these: a part is of one request only, and goes when it is not kept any more. */
export type MadeOfParts<Made> = WeakMap<Part, { readonly parts: readonly Part[]; readonly made: Made }>;

/** The parts that were added to a tally, and what was made of the very same ones before: asked again, there is nothing to do. */
export interface AddedParts<Made> {
  add(part: Part, work: () => void): void;
  /** Something else came: what is made of the parts alone is of no use. */
  mix(): void;
  /** Does what adding the parts means, where that was not done. */
  flush(): void;
  known(): Made | undefined;
  keep(made: Made): void;
}

export function addedParts<Made>(memory: MadeOfParts<Made>): AddedParts<Made> {
  const parts: Part[] = [];
  let waiting: (() => void)[] = [];
  let mixed = false;
  return {
    add(part, work) {
      parts.push(part);
      waiting.push(work);
    },
    mix() {
      mixed = true;
    },
    flush() {
      const works = waiting;
      waiting = [];
      for (const work of works) work();
    },
    known() {
      const [first] = parts;
      const known = mixed || !first ? undefined : memory.get(first);
      const same = known?.parts.length === parts.length && parts.every((part, at) => part === known.parts[at]);
      return same ? known?.made : undefined;
    },
    keep(made) {
      const [first] = parts;
      if (first && !mixed) memory.set(first, { parts, made });
    },
  };
}
