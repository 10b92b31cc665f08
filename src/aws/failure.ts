/** What is known of an error that an AWS call ended with. */
export interface AwsFailure {
  /** AWS's code (`AccessDenied`, `SlowDown`, …) or the system's (`ECONNRESET`). */
  readonly code: string;
  readonly status: number | undefined;
  /** True when another try may succeed: throttling, a server's fault, a broken connection. */
  readonly passing: boolean;
  readonly message: string;
}

const passingCodes = new Set([
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  // SQS's words for it.
  'RequestThrottled',
  'KmsThrottled',
  'RequestTimeout',
  'RequestTimeoutException',
  // The signer learns the server's time from this answer: the next try is signed with it.
  'RequestTimeTooSkewed',
  'InternalError',
  'ServiceUnavailable',
  'TimeoutError',
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ShortBody',
]);

/** Reads an error of the SDK, of the network or of a stream. */
export function awsFailure(error: unknown): AwsFailure {
  const fields: { [name: string]: unknown } = typeof error === 'object' && error !== null ? { ...error } : {};
  const name = error instanceof Error ? error.name : '';
  const systemCode = typeof fields.code === 'string' ? fields.code : '';
  const code = systemCode || (typeof fields.Code === 'string' ? fields.Code : '') || name || 'UnknownError';
  const metadata = fields.$metadata as { httpStatusCode?: unknown } | undefined;
  const status = typeof metadata?.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
  const passing =
    passingCodes.has(code) || passingCodes.has(name) || (status !== undefined && (status >= 500 || status === 429));
  return { code, status, passing, message: error instanceof Error ? error.message : String(error) };
}

/** What to do about credentials, where they are what failed. */
export function credentialsHint(code: string): string | undefined {
  if (code === 'CredentialsProviderError') {
    return 'no AWS credentials were found: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine a role';
  }
  if (/^(ExpiredToken|ExpiredTokenException|RequestExpired)$/.test(code))
    return 'the credentials have expired: log in again';
  if (
    /^(InvalidAccessKeyId|InvalidClientTokenId|SignatureDoesNotMatch|InvalidToken|UnrecognizedClientException)$/.test(
      code,
    )
  ) {
    return 'the credentials are wrong: check AWS_PROFILE or the access key';
  }
  return undefined;
}
