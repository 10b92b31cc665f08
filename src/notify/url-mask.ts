import { mask } from './secret.ts';

/** Services whose webhook URLs are passwords: the path holds the token. */
const tokenHosts =
  /^(?:hooks\.slack\.com|hooks\.slack-gov\.com|hooks\.chime\.aws|(?:.+\.)?webhook\.office\.com|discord(?:app)?\.com|api\.telegram\.org|(?:.+\.)?logic\.azure\.com)$/;

const secretName = /auth|token|secret|passw|pwd|key|sig|code|credential|cookie|session/i;

/** Whether a header or parameter of this name carries a secret. */
export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

/**
 * The URL as it may be shown: passwords, parameters of telling names and, where the path is the password (`always`, or a service
 * known for it), all but the path's first step are masked. The same text when nothing in it is secret.
 */
export function maskUrl(text: string, always: boolean): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return mask;
  }
  let masked = false;
  if (url.password !== '') {
    url.password = mask;
    masked = true;
  }
  const whole = always || tokenHosts.test(url.hostname);
  for (const [name, value] of [...url.searchParams]) {
    if (value === '' || !(whole || isSecretName(name))) continue;
    url.searchParams.set(name, mask);
    masked = true;
  }
  const [, first = '', ...rest] = url.pathname.split('/');
  if (whole && rest.some((step) => step !== '')) {
    url.pathname = `/${/^bot\d/.test(first) ? mask : first}/${mask}`;
    masked = true;
  }
  return masked ? url.toString() : text;
}
