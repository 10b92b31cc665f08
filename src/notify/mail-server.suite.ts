import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { SMTPServer } from 'smtp-server';

/** The network's far end in tests: a real SMTP server on loopback, with STARTTLS, that keeps what it was sent. */

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** The connection was encrypted, and who had logged in. */
  readonly secure: boolean;
  readonly user: string | undefined;
  /** Lower-case names; each value unfolded and decoded. A name that came twice is a failure of the sender. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  readonly raw: string;
}

export interface MailServer {
  readonly port: number;
  readonly mails: ReceivedMail[];
  /** How the next mails fare: an SMTP reply code refuses them, 'silent' lets them hang; per recipient with `refuse`. */
  mood: number | 'accept' | 'silent';
  readonly refuse: Set<string>;
  close(): Promise<void>;
}

export const certificateFile = fileURLToPath(new URL('../../test/certificates/loopback.crt', import.meta.url));
const keyFile = fileURLToPath(new URL('../../test/certificates/loopback.key', import.meta.url));

export const mailUser = 'sentinel';
export const mailPassword = 'correct horse battery staple';

export async function startMailServer(
  test: { after(done: () => Promise<void>): void },
  { startTls = true }: { readonly startTls?: boolean } = {},
): Promise<MailServer> {
  const mails: ReceivedMail[] = [];
  const refuse = new Set<string>();
  const server = new SMTPServer({
    key: readFileSync(keyFile),
    cert: readFileSync(certificateFile),
    authOptional: true,
    disabledCommands: startTls ? [] : ['STARTTLS'],
    closeTimeout: 200,
    onAuth(auth, _session, done) {
      const good = auth.username === mailUser && auth.password === mailPassword;
      if (good) done(null, { user: mailUser });
      else done(new Error('Invalid username or password'));
    },
    onRcptTo(address, _session, done) {
      if (refuse.has(address.address)) done(Object.assign(new Error('No such user'), { responseCode: 550 }));
      else done();
    },
    onData(stream, session, done) {
      let raw = '';
      stream.setEncoding('latin1').on('data', (text: string) => (raw += text));
      stream.on('end', () => {
        if (mailServer.mood === 'silent') return;
        if (mailServer.mood !== 'accept') {
          done(Object.assign(new Error('Not now'), { responseCode: mailServer.mood }));
          return;
        }
        const { envelope, secure, user } = session;
        const from = envelope.mailFrom === false ? '' : (envelope.mailFrom?.address ?? '');
        mails.push({
          from,
          to: envelope.rcptTo.map(({ address }) => address),
          secure,
          user: typeof user === 'string' ? user : undefined,
          ...readMail(raw),
          raw,
        });
        done();
      });
    },
  });
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  const mailServer: MailServer = {
    port: (server.server.address() as AddressInfo).port,
    mails,
    mood: 'accept',
    refuse,
    close: () => new Promise((done) => server.close(() => done())),
  };
  server.on('error', () => undefined);
  test.after(mailServer.close);
  return mailServer;
}

/** Headers and text of a mail of one part, as any mail program reads them. */
function readMail(raw: string): { headers: ReadonlyMap<string, string>; body: string } {
  const end = raw.indexOf('\r\n\r\n');
  const headers = new Map<string, string>();
  for (const line of raw
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')) {
    const [, name = '', value = ''] = /^([^:]+):\s*(.*)$/.exec(line) ?? [];
    if (headers.has(name.toLowerCase())) throw new Error(`the header ${name} came twice`);
    headers.set(name.toLowerCase(), decodeWords(value));
  }
  const encoding = headers.get('content-transfer-encoding')?.toLowerCase();
  const text = raw.slice(end + 4);
  const bytes =
    encoding === 'base64'
      ? Buffer.from(text, 'base64')
      : Buffer.from(encoding === 'quoted-printable' ? unquoted(text.replace(/=\r\n/g, '')) : text, 'latin1');
  return { headers, body: bytes.toString('utf8').replace(/\r\n/g, '\n').replace(/\n$/, '') };
}

/** RFC 2047. */
function decodeWords(value: string): string {
  return value.replace(/\?=\s+=\?/g, '?==?').replace(/(?:=\?utf-8\?[BQ]\?[^?]*\?=)+/gi, (words) => {
    const parts = [...words.matchAll(/=\?utf-8\?([BQ])\?([^?]*)\?=/gi)].map(([, kind, text = '']) =>
      kind?.toUpperCase() === 'B'
        ? Buffer.from(text, 'base64')
        : Buffer.from(unquoted(text.replaceAll('_', ' ')), 'latin1'),
    );
    return Buffer.concat(parts).toString('utf8');
  });
}

function unquoted(text: string): string {
  return text.replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
