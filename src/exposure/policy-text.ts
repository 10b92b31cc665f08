import { isDocument } from '../base/document.ts';

/**
 * What a policy's text holds, however often it was packed: JSON, JSON in JSON, percent-encoded, base64, or with the
 * backslashes that API Gateway puts before quotes. Anything but text is given back as it is; undefined when text holds
 * no object or list.
 */
export function readPolicyText(input: unknown): unknown {
  let value = input;
  for (let round = 0; round < packingsMax && typeof value === 'string'; round++) {
    const text: string = value.trim().replace(/^\ufeff/, '');
    value = text === '' ? undefined : (json(text) ?? unescaped(text) ?? percentDecoded(text) ?? base64Decoded(text));
  }
  return isDocument(value) || Array.isArray(value) ? value : undefined;
}

/** CloudTrail, API Gateway and a careless template each pack once; a deeper one is nobody's policy. */
const packingsMax = 5;

function json(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' || typeof value === 'object' ? (value ?? undefined) : undefined;
  } catch {
    return undefined;
  }
}

function unescaped(text: string): unknown {
  return text.includes('\\"') ? json(`"${text}"`) : undefined;
}

function percentDecoded(text: string): string | undefined {
  if (!/^\s*(%7b|%5b|%22)/i.test(text)) return undefined;
  try {
    return decodeURIComponent(text.replace(/\+/g, ' '));
  } catch {
    return undefined;
  }
}

function base64Decoded(text: string): string | undefined {
  // `{"` and `[{`, with or without a blank behind the brace.
  return /^(ey|ew|W3|Ww|In)[A-Za-z0-9+/=\s]+$/.test(text) ? Buffer.from(text, 'base64').toString('utf8') : undefined;
}
