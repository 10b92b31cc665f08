/** The text as Wazuh's C code sees it: a string whose characters are the bytes of its UTF-8. ASCII comes back as it is. */
export function byteText(text: string): string {
  return nonAscii.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
}

/** Lower case for A–Z only. `toLowerCase` alone would turn letters of other scripts (the Kelvin sign) into ASCII ones. */
export function asciiLower(text: string): string {
  if (!nonAscii.test(text)) return text.toLowerCase();
  return text.replace(/[A-Z]+/g, (upper) => upper.toLowerCase());
}

const nonAscii = /[^\x00-\x7f]/;
