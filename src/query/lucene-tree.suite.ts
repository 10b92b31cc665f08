export type Tree = readonly (string | Tree)[];

/** A rendered Lucene query, parts in parentheses; alternatives `(a | b)` have no order: OpenSearch's is that of a hash map. */
export function luceneTree(text: string): Tree {
  let at = 0;
  const group = (): Tree => {
    const parts: (string | Tree)[] = [];
    let word = '';
    const close = (): void => {
      if (word !== '') parts.push(word);
      word = '';
    };
    while (at < text.length) {
      const letter = text[at++] as string;
      if (letter === '(' && (word === '' || '+-#'.includes(word))) {
        parts.push([word, group()]);
        word = '';
      } else if (letter === '(') {
        const end = closing(text, at);
        word += text.slice(at - 1, end);
        at = end;
      } else if (letter === ')') break;
      else if (letter === ' ') close();
      else word += letter;
    }
    close();
    if (!parts.includes('|')) return parts;
    const shown = (part: string | Tree): string => JSON.stringify(part);
    return parts.filter((part) => part !== '|').sort((a, b) => (shown(a) < shown(b) ? -1 : 1));
  };
  return group();
}

/** Where the parenthesis that opened before `from` is closed. */
function closing(text: string, from: number): number {
  let depth = 1;
  let at = from;
  while (at < text.length && depth > 0) {
    const letter = text[at++];
    if (letter === '(') depth++;
    if (letter === ')') depth--;
  }
  return at;
}
