import { Agent } from 'node:http';
import { after } from 'node:test';
import { serve } from '../program.ts';
import { guideChain } from '../scenario/guide-chain.suite.ts';
import { clean, realEngine, realUrl } from './engines.ts';

/** The guide's chain with its documents, monitors and alerts in a real cluster. */
const url = await realUrl();
if (url !== undefined) {
  const agent = new Agent({ keepAlive: true });
  after(() => agent.destroy());
  guideChain('in a cluster: ', async (args) => {
    await clean(realEngine(url, agent));
    return serve([...args, '--engine', url]);
  });
}
