import { createHash, randomBytes, randomUUID } from 'node:crypto';

/** The lab's AWS account: all zeros, so that nobody takes it for a real one. */
export const account = '000000000000';
export const region = 'us-east-1';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** Sixteen capitals and digits: S3's request ids. Also the unique end of a log file's name. */
export function requestId(): string {
  return randomText(letters, 16);
}

/** Ten small letters and digits, as API Gateway's ids. */
export function apiGatewayId(length = 10): string {
  return randomText(letters.toLowerCase(), length);
}

/** S3's second request id: 76 characters of base64. */
export function extendedRequestId(): string {
  return randomBytes(56).toString('base64');
}

export function eventId(): string {
  return randomUUID();
}

/** The 64 hex digits by which ACLs name an account. */
export function canonicalId(accountId: string): string {
  return createHash('sha256').update(`trailhound lab account ${accountId}`).digest('hex');
}

export function randomText(alphabet: string, length: number): string {
  return Array.from(randomBytes(length), (byte) => alphabet[byte % alphabet.length]).join('');
}
