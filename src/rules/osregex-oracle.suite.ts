/**
 * Slow answers to compare with, written from the description in words (specs/wazuh.md §7), each over the pattern as it
 * stands: no tables, no preparation, nothing shared with osregex*.ts and osmatch.ts. Patterns must be ones that compile.
 */
export function osregexOracle(pattern: string, text: string): boolean {
  return alternativesOf(bytesOf(pattern)).some((alternative) => oneAlternative(alternative, bytesOf(text)));
}

/** §7.1: a leading `!` negates the whole, `|` splits whatever stands before it, anchors at the ends of an alternative. */
export function osmatchOracle(pattern: string, text: string): boolean {
  const negated = pattern[0] === '!';
  const lower = (value: string): string =>
    [...value].map((char) => (/^[A-Z]$/.test(char) ? char.toLowerCase() : char)).join('');
  const subject = lower(text);
  let any = false;
  for (const alternative of lower(negated ? pattern.substring(1) : pattern).split('|')) {
    let word = alternative;
    if (word === '' || word === '^' || word === '$') {
      any = true;
      continue;
    }
    const begin = word[0] === '^';
    if (begin) word = word.substring(1);
    const end = word !== '' && word[word.length - 1] === '$';
    if (end) word = word.substring(0, word.length - 1);
    for (let at = 0; at + word.length <= subject.length; at++) {
      if (begin && at !== 0) continue;
      if (end && at + word.length !== subject.length) continue;
      if (subject.substring(at, at + word.length) === word) any = true;
    }
  }
  return any !== negated;
}

function bytesOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Splits at each `|` that no backslash takes. */
function alternativesOf(pattern: string): string[] {
  const found = [''];
  for (let at = 0; at < pattern.length; at++) {
    if (pattern[at] === '|') found.push('');
    else {
      const taken = pattern[at] === '\\' ? pattern.substring(at, at + 2) : (pattern[at] as string);
      found[found.length - 1] += taken;
      at += taken.length - 1;
    }
  }
  return found;
}

/** Pattern pieces as texts: `a`, `\d`, `\d+`, `(`. */
function piecesOf(body: string): string[] {
  return body.match(/\\[\s\S][+*]?|[\s\S]/g) ?? [];
}

function isMarker(piece: string | undefined): boolean {
  return piece === '(' || piece === ')';
}

function isClass(piece: string | undefined): piece is string {
  return piece !== undefined && piece.length > 1;
}

function belongs(piece: string, byte: string): boolean {
  const code = byte.charCodeAt(0);
  const digit = byte >= '0' && byte <= '9';
  const word = digit || /^[A-Za-z]$/.test(byte) || byte === '-' || byte === '@' || byte === '_';
  switch (piece[1]) {
    case 'd':
      return digit;
    case 'D':
      return !digit;
    case 'w':
      return word;
    case 'W':
      return !word;
    case 's':
      return code === 0x20;
    case 'S':
      return code !== 0x20;
    case 't':
      return code === 9;
    case 'p':
      return '!"#$%&\'()*+,-.:;<=>?[]{|}'.includes(byte);
    case '.':
      return true;
    default:
      return piece[1] === byte;
  }
}

function same(literal: string, byte: string): boolean {
  const fold = (char: string): string =>
    char >= 'A' && char <= 'Z' ? String.fromCharCode(char.charCodeAt(0) + 32) : char;
  return (isMarker(literal) ? '(' : fold(literal)) === fold(byte);
}

function oneAlternative(alternative: string, subject: string): boolean {
  const begins = alternative.startsWith('^');
  let rest = begins ? alternative.slice(1) : alternative;
  const all = piecesOf(rest);
  const ends = all[all.length - 1] === '$';
  if (ends) rest = rest.slice(0, -1);
  const items = piecesOf(rest);
  const seat = { p: 0, rep: false, ret: true, restart: null as number | null };
  const slots: { p: number; i: number }[] = [];

  let i = 0;
  while (i < subject.length) {
    const byte = subject[i] as string;
    if (seat.p >= items.length && !ends) return seat.ret;
    if (isMarker(items[seat.p])) {
      seat.p += 1;
      if (seat.p >= items.length && !ends) return true;
    }
    const piece = items[seat.p];
    let failed = true;
    if (isClass(piece)) {
      const sign = piece[2];
      if (belongs(piece, byte)) {
        classTakes(items, piece, byte, i, seat, slots);
        i += 1;
        continue;
      }
      if (seat.p === items.length - 1 && seat.rep && seat.ret) {
        if (!ends) return true;
        seat.rep = false;
      } else if (sign === '+' && seat.rep) {
        seat.p += 1;
        seat.rep = false;
        failed = false;
      } else if (sign === '*') {
        seat.p += 1;
        seat.rep = false;
        seat.ret = true;
        failed = false;
      } else seat.rep = false;
      if (!failed) continue;
    } else if (piece !== undefined && same(piece, byte)) {
      seat.p += 1;
      if (seat.restart === null) seat.restart = i;
      seat.ret = true;
      i += 1;
      continue;
    }
    const slot = slots.pop();
    if (slot) {
      seat.p = slot.p;
      i = slot.i + 1;
      continue;
    }
    if (begins) return false;
    if (seat.restart !== null) i = seat.restart;
    seat.restart = null;
    seat.p = 0;
    seat.ret = false;
    i += 1;
  }
  return seat.ret && mayEnd(items.slice(seat.p), seat.rep);
}

function classTakes(
  items: readonly string[],
  piece: string,
  byte: string,
  i: number,
  seat: { p: number; rep: boolean; ret: boolean; restart: number | null },
  slots: { p: number; i: number }[],
): void {
  const sign = piece[2];
  if (sign === undefined) {
    seat.p += 1;
    if (seat.restart === null) seat.restart = i;
    seat.ret = true;
    return;
  }
  if (sign === '*') seat.rep = true;
  if (!seat.rep) {
    seat.rep = true;
    seat.ret = true;
    return;
  }
  let next = seat.p + 1;
  if (isMarker(items[next])) next += 1;
  const follower = items[next];
  if (follower === undefined) return;
  let target: number | null = null;
  if (isClass(follower)) {
    if (belongs(follower, byte)) target = follower.length === 2 ? next + 1 : next;
  } else if (same(follower, byte)) {
    seat.rep = false;
    target = next + 1;
  }
  if (target !== null) {
    if (slots.length < 4) slots.push({ p: seat.p, i });
    seat.p = target;
  }
  seat.ret = true;
}

/** What may be left over: nothing or one marker, a starred class before it, and after a repeat one more class before that. */
function mayEnd(left: readonly string[], rep: boolean): boolean {
  const closes = (rest: readonly string[]): boolean => rest.length === 0 || (rest.length === 1 && isMarker(rest[0]));
  const stars = (rest: readonly string[]): boolean => isClass(rest[0]) && rest[0][2] === '*' && closes(rest.slice(1));
  if (closes(left) || stars(left)) return true;
  const [first] = left;
  return rep && isClass(first) && first[2] !== undefined && (closes(left.slice(1)) || stars(left.slice(1)));
}
