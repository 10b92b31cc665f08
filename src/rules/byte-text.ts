/** The text as Wazuh's C code sees it: a string whose characters are the bytes of its UTF-8. ASCII comes back as it is. */
export function byteText(text: string): string {
  return nonAscii.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
}

/**
 * Lower case for A–Z only. `toLowerCase` alone would turn letters of other scripts (the Kelvin sign) into ASCII ones. Many rules
 * ask about the same long text, one after the other: the last one is remembered.
 */
export function asciiLower(text: string): string {
  if (text.length < rememberedMin) return lowered(text);
  if (text !== lastText) {
    lastLower = lowered(text);
    lastText = text;
  }
  return lastLower;
}

const rememberedMin = 200;
let lastText = '';
let lastLower = '';

function lowered(text: string): string {
  if (!nonAscii.test(text)) return text.toLowerCase();
  return text.replace(/[A-Z]+/g, (upper) => upper.toLowerCase());
}

const nonAscii = /[^\x00-\x7f]/;
