import { type Document, isDocument, own, put } from '../base/document.ts';
import type { ConfigType } from './config-type.ts';
import { invalid } from './refusal.ts';
import { mask, Secret } from './secret.ts';
import { isSecretName, maskUrl } from './url-mask.ts';

/** Settings in two parts: what may be shown and searched, and what stands behind its masks. */
export interface SplitSettings {
  readonly shown: Document;
  /** `url` and `header_params.NAME` → the whole value. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** Takes the secrets out of settings. */
export function splitSecrets(type: ConfigType, settings: Document): SplitSettings {
  const secrets: { [path: string]: string } = {};
  const shown: { [field: string]: unknown } = { ...settings };
  const { url, header_params: headers } = settings;
  if (typeof url === 'string' && type.secretUrl !== 'none') {
    shown.url = maskUrl(url, type.secretUrl === 'whole');
    if (shown.url !== url) secrets.url = url;
  }
  if (isDocument(headers)) {
    const kept: { [name: string]: unknown } = {};
    for (const [name, value] of Object.entries(headers)) {
      const secret = isSecretName(name) && typeof value === 'string' && value !== '';
      if (secret) secrets[`header_params.${name}`] = value;
      put(kept, name, secret ? mask : value);
    }
    shown.header_params = kept;
  }
  return { shown, secrets };
}

/** The settings again, as they were before `splitSecrets`. */
export function joinSecrets({ shown, secrets }: SplitSettings): Document {
  const settings: { [field: string]: unknown } = { ...shown };
  const url = own(secrets, 'url');
  if (url !== undefined) settings.url = url;
  if (isDocument(shown.header_params)) {
    const headers: { [name: string]: unknown } = {};
    for (const [name, value] of Object.entries(shown.header_params)) {
      put(headers, name, own(secrets, `header_params.${name}`) ?? value);
    }
    settings.header_params = headers;
  }
  return settings;
}

/**
 * A client that read a config and writes it back sends masks: they stand for the secrets that are stored. A mask that nothing is
 * stored behind is refused, for it would silently replace a secret by eight stars; so are masked headers beside another host,
 * which would get secrets that are not its own.
 */
export function resolveMasks(type: ConfigType, sent: Document, stored: SplitSettings | undefined): Document {
  const before = stored ? joinSecrets(stored) : {};
  const settings: { [field: string]: unknown } = { ...sent };
  if (typeof sent.url === 'string' && sent.url.includes(mask)) {
    if (sent.url !== own(stored?.shown, 'url'))
      throw invalid(`${type.name}.url: write the whole URL where it is masked`);
    settings.url = before.url;
  }
  if (isDocument(sent.header_params)) {
    const headers: { [name: string]: unknown } = {};
    const elsewhere = originOf(settings.url) !== originOf(before.url);
    for (const [name, value] of Object.entries(sent.header_params)) {
      const known = own(before.header_params, name);
      if (value === mask && (known === undefined || elsewhere)) {
        throw invalid(`${type.name}.header_params.${name}: write the value itself where it is masked`);
      }
      put(headers, name, value === mask ? known : value);
    }
    settings.header_params = headers;
  }
  return settings;
}

function originOf(url: unknown): string | undefined {
  return typeof url === 'string' && URL.canParse(url) ? new URL(url).origin : undefined;
}

/** All secrets of settings, for taking them out of what is told of the channel. */
export function secretsOf({ secrets }: SplitSettings): readonly Secret[] {
  const parts = secrets.url === undefined ? [] : urlParts(secrets.url);
  // `Bearer TOKEN` is told as TOKEN by a receiver that took it apart.
  const words = Object.values(secrets).flatMap((value) => value.split(/\s+/).filter((word) => word.length >= tokenMin));
  return [...Object.values(secrets), ...words, ...parts].map((value) => new Secret(value));
}

/** Pieces of a secret URL that a receiver may repeat by themselves; short ones are words rather than tokens. */
function urlParts(text: string): readonly string[] {
  const url = new URL(text);
  const tokens = [...url.pathname.split('/'), ...url.searchParams.values(), url.password];
  return [`${url.pathname}${url.search}`, ...tokens.filter((token) => token.length >= tokenMin)].filter(
    (part) => part !== '/',
  );
}

const tokenMin = 10;
