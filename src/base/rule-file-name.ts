/** A plain file name that ends in `.xml`: no folders, no hidden files, nothing that a terminal or a shell would trip over. */
export function isRuleFileName(name: string): boolean {
  return name.length <= 200 && /^[A-Za-z0-9_][\w. -]*\.xml$/.test(name);
}
