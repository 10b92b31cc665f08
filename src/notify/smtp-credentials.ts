import { readFileSync } from 'node:fs';
import { Secret } from './secret.ts';

/**
 * What a mail account logs in with, by the account's name, as the original's `…core.email.NAME.username` and `.password`. The
 * configuration names files, so that neither it nor a command line ever holds a password.
 */
export interface SmtpLogin {
  readonly username?: string | undefined;
  readonly passwordFile?: string | undefined;
  /** Certificates (PEM) to trust beside the well-known ones. */
  readonly caFile?: string | undefined;
}

export interface SmtpSecrets {
  readonly user: string | undefined;
  readonly password: Secret | undefined;
  readonly ca: string | undefined;
}

/** Reads the files anew for each mail: a password that was changed counts at once. Throws what reading throws. */
export function readLogin(login: SmtpLogin | undefined): SmtpSecrets {
  const file = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : readFileSync(path, 'utf8');
  const password = file(login?.passwordFile)?.replace(/\r?\n$/, '');
  return {
    user: login?.username,
    password: password === undefined ? undefined : new Secret(password),
    ca: file(login?.caFile),
  };
}
