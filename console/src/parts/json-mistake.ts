/** Where and why a text is no JSON, for a person; undefined when it is. Browsers' own messages often name no place. */
export function jsonMistake(code: string): string | undefined {
  try {
    JSON.parse(code);
    return undefined;
  } catch {
    const { at, why } = firstMistake(code);
    const before = code.slice(0, at).split('\n');
    return `Line ${before.length}, column ${(before.at(-1) ?? '').length + 1}: ${why}`;
  }
}

const token =
  /[{}[\],:]|"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** What may stand next, in words for the message. */
type Wanted =
  | 'a value'
  | 'a value or ]'
  | 'a name in quotes'
  | 'a name in quotes or }'
  | '":"'
  | '"," or the end'
  | 'nothing more';

/** The first place where the text leaves the grammar of JSON; `code` is known to be wrong somewhere. */
function firstMistake(code: string): { readonly at: number; readonly why: string } {
  const open: ('{' | '[')[] = [];
  let wanted: Wanted = 'a value';
  let at = 0;
  for (;;) {
    at += /^[ \t\n\r]*/.exec(code.slice(at))?.[0].length ?? 0;
    if (at >= code.length) return { at, why: `the text ends, expected ${wanted}` };
    token.lastIndex = at;
    const found = token.exec(code)?.[0];
    if (found === undefined) {
      const why = code[at] === '"' ? 'this text has no end, or a wrong character in it' : `unexpected ${code[at]}`;
      return { at, why };
    }
    const next = following(found, wanted, open);
    if (next === undefined) return { at, why: `unexpected ${found}, expected ${wanted}` };
    wanted = next;
    at += found.length;
  }
}

/** What is wanted after a token, or undefined where the token may not stand. `open` follows the brackets. */
function following(found: string, wanted: Wanted, open: ('{' | '[')[]): Wanted | undefined {
  const afterValue = (): Wanted => (open.length === 0 ? 'nothing more' : '"," or the end');
  if (wanted === 'nothing more') return undefined;
  if (wanted === '":"') return found === ':' ? 'a value' : undefined;
  if (found === '}' || found === ']') {
    const bracket = found === '}' ? '{' : '[';
    const mayEnd = wanted === '"," or the end' || wanted === (found === '}' ? 'a name in quotes or }' : 'a value or ]');
    if (!mayEnd || open.pop() !== bracket) return undefined;
    return afterValue();
  }
  if (wanted === '"," or the end') {
    if (found !== ',') return undefined;
    return open.at(-1) === '{' ? 'a name in quotes' : 'a value';
  }
  if (wanted === 'a name in quotes' || wanted === 'a name in quotes or }')
    return found.startsWith('"') ? '":"' : undefined;
  if (found === ',' || found === ':') return undefined;
  if (found === '{' || found === '[') {
    open.push(found);
    return found === '{' ? 'a name in quotes or }' : 'a value or ]';
  }
  return afterValue();
}
