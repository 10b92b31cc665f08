import { randomBytes, randomUUID } from 'node:crypto';

/** The lab's AWS account: all zeros, so that nobody takes it for a real one. */
export const account = '000000000000';
export const region = 'us-east-1';

/** Who deploys the lab's stacks. The key is made up; nothing checks it. */
export const administrator = {
  type: 'IAMUser',
  principalId: 'AIDALABADMINISTRATOR0',
  arn: `arn:aws:iam::${account}:user/lab-admin`,
  accountId: account,
  accessKeyId: 'AKIALABNOTAREALKEY00',
  userName: 'lab-admin',
} as const;

/** A caller without credentials, as AWS has written it since 2023. */
export const anonymousCaller = { type: 'AWSAccount', principalId: '', accountId: 'anonymous' } as const;

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** Sixteen capitals and digits: S3's request ids. Also the unique end of a log file's name. */
export function requestId(): string {
  return randomText(letters, 16);
}

/** Ten small letters and digits, as API Gateway's ids. */
export function apiGatewayId(): string {
  return randomText(letters.toLowerCase(), 10);
}

/** S3's second request id: 76 characters of base64. */
export function extendedRequestId(): string {
  return randomBytes(56).toString('base64');
}

export function eventId(): string {
  return randomUUID();
}

function randomText(alphabet: string, length: number): string {
  return Array.from(randomBytes(length), (byte) => alphabet[byte % alphabet.length]).join('');
}
