import { judgeAccessPoint, wrappedPolicy } from './access-point.ts';
import { judgeAcl } from './acl.ts';
import { judgeApi } from './api-gateway.ts';
import type { Exposure, ExposureKind } from './exposure.ts';
import { judgeLambda } from './lambda.ts';
import { judgePolicy } from './policy-verdict.ts';
import { judgeBlock } from './public-access-block.ts';

/** Judges one document of a kind, parsed or as text, as AWS's API, its command line or CloudTrail write it. */
export function judge(input: unknown, kind: ExposureKind): Exposure {
  return judges[kind](input);
}

const judges: Readonly<Record<ExposureKind, (input: unknown) => Exposure>> = {
  s3: (input) => judgePolicy(wrappedPolicy(input), 's3'),
  's3-acl': (input) => judgeAcl(input),
  's3-bpa': judgeBlock,
  's3-accesspoint': judgeAccessPoint,
  apigw: judgeApi,
  lambda: judgeLambda,
};
