/**
 * A whole number from -1 by hash: in two pieces of memory, for a growing segment asks a hundred times a document, of tens of thousands
 * of hashes. The hashes are keyed and mixed (hash.ts): their lower bits spread well, and nobody can make them meet.
 */
export interface HashPlaces {
  hashes: Int32Array;
  /** The number and two; 0 where nothing stands. */
  numbers: Int32Array;
  count: number;
}

export const absent = -2;

export function hashPlaces(room = 16): HashPlaces {
  return { hashes: new Int32Array(room), numbers: new Int32Array(room), count: 0 };
}

/** The number of a hash (signed), or `absent`. */
export function placeOf({ hashes, numbers }: HashPlaces, hash: number): number {
  const mask = hashes.length - 1;
  let at = hash & mask;
  while (numbers[at] !== 0 && hashes[at] !== hash) at = (at + 1) & mask;
  return (numbers[at] as number) - 2;
}

/** Hashes are signed. */
export function setPlace(places: HashPlaces, hash: number, number: number): void {
  if (places.count * 2 >= places.hashes.length) grow(places);
  const { hashes, numbers } = places;
  const mask = hashes.length - 1;
  let at = hash & mask;
  while (numbers[at] !== 0 && hashes[at] !== hash) at = (at + 1) & mask;
  if (numbers[at] === 0) places.count++;
  hashes[at] = hash;
  numbers[at] = number + 2;
}

/** All hashes with their numbers, in no order. */
export function listPlaces({ hashes, numbers }: HashPlaces): readonly (readonly [hash: number, number: number])[] {
  const list: [number, number][] = [];
  for (let at = 0; at < hashes.length; at++) {
    if (numbers[at] !== 0) list.push([hashes[at] as number, (numbers[at] as number) - 2]);
  }
  return list;
}

function grow(places: HashPlaces): void {
  const { hashes, numbers } = places;
  Object.assign(places, hashPlaces(hashes.length * 2));
  for (let at = 0; at < hashes.length; at++) {
    if (numbers[at] !== 0) setPlace(places, hashes[at] as number, (numbers[at] as number) - 2);
  }
}
