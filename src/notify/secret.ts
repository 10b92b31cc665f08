import { inspect } from 'node:util';

/** What stands in the place of a secret wherever it would be shown. */
export const mask = '********';

/** A text that cannot be printed: JSON, templates, logs and debuggers get the mask. `reveal` is for the wire only. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return mask;
  }

  toJSON(): string {
    return mask;
  }

  [inspect.custom](): string {
    return mask;
  }
}

/** Shorter ones would tear words apart that merely look like them. */
const redactedMin = 4;

/** The text without the secrets: receivers repeat what they were sent, errors what was tried. */
export function redacted(text: string, secrets: readonly Secret[]): string {
  let clean = text;
  for (const secret of secrets) {
    const value = secret.reveal();
    if (value.length < redactedMin) continue;
    for (const form of [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)]) {
      clean = clean.replaceAll(form, mask);
    }
  }
  return clean;
}
