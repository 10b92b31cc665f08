/**
 * Characters that a terminal-minded attacker puts into user agents, keys and names: controls, direction overrides,
 * zero-width and other invisible ones. The console shows them as escapes, so that what one reads is what is there.
 */
const invisible =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** Text from outside, made readable: escapes for what cannot be seen. Tab and line feed stay. */
export function plainText(value: string): string {
  return value.replace(invisible, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Any JSON value as one line of text; undefined for what is absent or empty. */
export function oneLine(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') return plainText(value.replace(/[\t\n]/g, ' '));
  if (typeof value === 'object') return plainText(JSON.stringify(value));
  return String(value);
}
