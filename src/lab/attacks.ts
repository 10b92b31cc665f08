import type { Attack } from './attack.ts';
import { insecureApi } from './insecure-api.ts';
import { leakyBucket } from './leaky-bucket.ts';

/** Every attack there is, in the order in which they are played: the guide's two. */
export const attacks: readonly Attack[] = [leakyBucket, insecureApi];
