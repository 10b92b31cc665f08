import type { Attack } from './attack.ts';
import { fetchText } from './http-call.ts';

const paths = ['/prod/test', '/prod/users'];

/** The guide: `curl https://<api-id>.execute-api.<region>.amazonaws.com/prod/test`, and `/prod/users`. */
export const insecureApi: Attack = {
  id: 'insecure-api',
  technique: 'T1190',
  title: 'Anonymous calls of an open API',
  async warmUp(lab) {
    // A deployment makes another API: one of an earlier round would stay behind.
    await lab.remove('insecure-api');
    return lab.deploy('insecure-api');
  },
  async detonate(lab, made) {
    const { port } = new URL(lab.url);
    const headers = { host: `${made.ApiId}.execute-api.localhost:${port}`, 'user-agent': 'curl/8.14.1' };
    for (const path of paths) await fetchText('GET', `${lab.url}${path}`, headers);
    return `called ${paths.join(' and ')} of API ${made.ApiId}, without credentials`;
  },
  revert: (lab) => lab.remove('insecure-api'),
};
