import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { after, test } from 'node:test';
import { openDesk, settledCount } from '../../src/sources/sqs.suite.ts';
import { realEngine, realUrl } from './engines.ts';
import { kills, sharedAndKilled } from './shared-lake.ts';

/** The same with a queue (the lab's) that is told what the bucket gets: it deals the messages out itself. */

const url = await realUrl();
if (url !== undefined) {
  const agent = new Agent({ keepAlive: true });
  after(() => agent.destroy());
  const real = realEngine(url, agent);

  test(`three processes on one queue: shared out, then ${kills} kills`, { timeout: 400_000 }, async (context) => {
    const { lab, client, queue } = await openDesk(context, 'lake', { VisibilityTimeout: '5' });
    await sharedAndKilled(context, real, { client, endpointUrl: lab.url, source: 'sqs://lake' });
    const empty = { visible: 0, hidden: 0 };
    assert.deepEqual(await settledCount(queue, empty, 20_000), empty);
  });
}
