import { insecureApiStack } from './insecure-api-stack.ts';
import { leakyBucketStack } from './leaky-bucket-stack.ts';
import type { Stack } from './stack.ts';

/** Every stack that can be deployed. */
export const stacks: readonly Stack[] = [leakyBucketStack, insecureApiStack];
