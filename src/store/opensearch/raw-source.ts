/**
 * The texts of the `_source` members of an answer, as they stand in it: of a hit (`_source` at the top) or of a search
 * (`hits.hits[i]._source`, undefined where a hit has none). The answer must be valid JSON: it was parsed before.
 */
export function rawSources(answer: string, of: 'hit' | 'search'): readonly (string | undefined)[] {
  const start = skipBlank(answer, 0);
  if (of === 'hit') return [sourceOf(answer, start)];
  const outer = memberAt(answer, start, 'hits');
  const list = outer === undefined ? undefined : memberAt(answer, outer, 'hits');
  if (list === undefined || answer[list] !== '[') return [];
  const found: (string | undefined)[] = [];
  for (const [from] of elements(answer, list)) found.push(sourceOf(answer, from));
  return found;
}

function sourceOf(text: string, object: number): string | undefined {
  const at = memberAt(text, object, '_source');
  return at === undefined ? undefined : text.slice(at, skipValue(text, at));
}

/** Where the value of a member of the object at `start` begins. */
function memberAt(text: string, start: number, name: string): number | undefined {
  if (text[start] !== '{') return undefined;
  let at = skipBlank(text, start + 1);
  while (text[at] === '"') {
    const end = skipString(text, at);
    const value = skipBlank(text, skipBlank(text, end) + 1);
    if (text.slice(at + 1, end - 1) === name) return value;
    at = skipBlank(text, skipValue(text, value));
    if (text[at] === ',') at = skipBlank(text, at + 1);
  }
  return undefined;
}

function* elements(text: string, start: number): Generator<readonly [from: number, to: number]> {
  let at = skipBlank(text, start + 1);
  while (at < text.length && text[at] !== ']') {
    const end = skipValue(text, at);
    yield [at, end];
    at = skipBlank(text, end);
    if (text[at] === ',') at = skipBlank(text, at + 1);
  }
}

/** The end of the value that begins at `at`. Without recursion: a source may be nested deeply. */
function skipValue(text: string, at: number): number {
  let depth = 0;
  for (let next = at; next < text.length; next++) {
    const char = text[next];
    if (char === '"') {
      next = skipString(text, next) - 1;
      if (depth === 0) return next + 1;
    } else if (char === '{' || char === '[') {
      depth++;
    } else if (char === '}' || char === ']') {
      // The end of what is around a number or a word.
      if (depth === 0) return next;
      if (--depth === 0) return next + 1;
    } else if (depth === 0 && (char === ',' || /\s/.test(char ?? ''))) {
      return next;
    }
  }
  return text.length;
}

function skipString(text: string, at: number): number {
  for (let next = at + 1; next < text.length; next++) {
    const quote = text.indexOf('"', next);
    if (quote < 0) return text.length;
    let slashes = 0;
    while (text[quote - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return quote + 1;
    next = quote;
  }
  return text.length;
}

function skipBlank(text: string, at: number): number {
  let next = at;
  while (next < text.length && /\s/.test(text[next] ?? '')) next++;
  return next;
}
