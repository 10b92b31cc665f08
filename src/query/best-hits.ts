/** Keeps the best of what it is given, best first by `compare`, which leaves no two equal. */
export interface Best<Entry> {
  add(entry: Entry): void;
  /** The last one that is kept, once there are as many as are wanted: what comes behind it is of no use. */
  worst(): Entry | undefined;
  /** Best first. */
  sorted(): Entry[];
}

/** A heap with the worst on top: what comes too late is found out by one comparison. */
export function makeBest<Entry>(wanted: number, compare: (a: Entry, b: Entry) => number): Best<Entry> {
  const heap: Entry[] = [];
  const at = (place: number): Entry => heap[place] as Entry;
  const swap = (a: number, b: number): void => {
    const entry = at(a);
    heap[a] = at(b);
    heap[b] = entry;
  };
  const rise = (from: number): void => {
    for (let place = from; place > 0; ) {
      const parent = (place - 1) >> 1;
      if (compare(at(place), at(parent)) <= 0) return;
      swap(place, parent);
      place = parent;
    }
  };
  const sink = (): void => {
    for (let place = 0; ; ) {
      let child = place * 2 + 1;
      if (child >= heap.length) return;
      if (child + 1 < heap.length && compare(at(child + 1), at(child)) > 0) child++;
      if (compare(at(child), at(place)) <= 0) return;
      swap(place, child);
      place = child;
    }
  };
  return {
    add(entry) {
      if (heap.length < wanted) {
        heap.push(entry);
        rise(heap.length - 1);
      } else if (wanted > 0 && compare(entry, at(0)) < 0) {
        heap[0] = entry;
        sink();
      }
    },
    worst: () => (heap.length < wanted ? undefined : heap[0]),
    sorted: () => [...heap].sort(compare),
  };
}

/** The same for the best of each group only: which are needed is known when all have come. */
export function makeBestOfGroups<Entry>(
  wanted: number,
  compare: (a: Entry, b: Entry) => number,
  groupOf: (entry: Entry) => unknown,
): Best<Entry> {
  let kept: Entry[] = [];
  const best = (): Entry[] => {
    const seen = new Set<unknown>();
    const firsts = kept.sort(compare).filter((entry) => {
      const group = groupOf(entry);
      if (seen.has(group)) return false;
      seen.add(group);
      return true;
    });
    return firsts.slice(0, wanted);
  };
  return {
    add(entry) {
      kept.push(entry);
      if (kept.length >= wanted * 2 + 1000) kept = best();
    },
    worst: () => undefined,
    sorted: best,
  };
}
