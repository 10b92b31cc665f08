/**
 * Whether JSON text may hold date math that counts from now, and so mean something else at another time. `now` stands alone
 * (`now-1d`, `[now/d TO *]`): `unknown` and `nowhere` are words. Where a backslash stands in the text it may be hidden (`\nnow` in
 * JSON, `n\ow` in a query_string), and any such letters count.
 */
export function mentionsNow(text: string): boolean {
  return text.includes('\\') ? /now/i.test(text.replaceAll('\\', '')) : /(?<![a-z0-9_])now(?![a-z0-9_])/i.test(text);
}
