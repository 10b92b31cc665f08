import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';

export interface AwsOptions {
  /** Another endpoint than Amazon's (`--endpoint-url`): buckets are then named in the path, as stand-ins need it. */
  readonly endpointUrl?: string;
  /** From the environment or the profile unless told; where neither tells one, us-east-1 (S3 redirects to the right one). */
  readonly region?: string;
}

/**
 * An S3 client with the default chain of credentials (environment, profile, SSO, web identity, container, instance), which
 * it renews by itself. It does not retry: base/retry.ts does, on our clock.
 */
export async function openS3(options: AwsOptions): Promise<S3Client> {
  const endpoint = options.endpointUrl ?? process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL;
  const config: S3ClientConfig = {
    maxAttempts: 1,
    followRegionRedirects: true,
    requestHandler: { connectionTimeout: 10_000, socketTimeout: 60_000 },
    // Other S3 servers know neither: plain requests work everywhere.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...(options.region ? { region: options.region } : {}),
    ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
  };
  // A notice for the packager of this program, not for the people who run it.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const client = new S3Client(config);
  try {
    await client.config.region();
    return client;
  } catch {
    client.destroy();
    return new S3Client({ ...config, region: 'us-east-1' });
  }
}
