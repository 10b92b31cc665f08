import type { Alerting } from '../../alerting/alerting.ts';
import { detectionJson } from '../../alerting/detection.ts';
import type { Document } from '../../base/document.ts';
import { TrailhoundError } from '../../base/errors.ts';
import type { Answer, Call } from '../route.ts';
import { type AlertingRoute, underBoth } from './prefix.ts';

const metrics = ['job_scheduling_metrics', 'jobs_info'];

/** What the scheduler does. One node: this process. */
export const statsRoutes: readonly AlertingRoute[] = [
  ...underBoth({ methods: ['GET'], path: '/stats', query: ['timeout'], handle: stats }),
  ...underBoth({ methods: ['GET'], path: '/stats/:metric', query: ['timeout'], handle: stats }),
  ...underBoth({ methods: ['GET'], path: '/:node/stats', query: ['timeout'], handle: stats }),
  ...underBoth({ methods: ['GET'], path: '/:node/stats/:metric', query: ['timeout'], handle: stats }),
];

async function stats({ params, path }: Call, { alerting }: { readonly alerting: Alerting }): Promise<Answer> {
  const asked = (params.metric ?? '_all').split(',');
  const unknown = asked.filter((metric) => metric !== '_all' && !metrics.includes(metric));
  if (unknown.length > 0) {
    throw new TrailhoundError('bad-request', `request [${path}] contains unrecognized metric: [${unknown.join(', ')}]`);
  }
  if (asked.includes('_all') && asked.length > 1) {
    throw new TrailhoundError(
      'bad-request',
      `request [${path}] contains _all and individual metrics [${asked.join(',')}]`,
    );
  }
  const wanted = (metric: string): boolean => asked.includes('_all') || asked.includes(metric);
  const found = alerting.stats();
  const jobs: Document = Object.fromEntries(
    [...found.lastExecutions].map(([id, at]) => [id, { last_execution_time: at, running_on_time: true }]),
  );
  const node = {
    name: 'trailhound',
    schedule_status: 'green',
    roles: ['CLUSTER_MANAGER', 'DATA', 'INGEST'],
    ...(wanted('job_scheduling_metrics')
      ? { job_scheduling_metrics: { last_full_sweep_time_millis: 0, full_sweep_on_time: true } }
      : {}),
    ...(wanted('jobs_info') ? { jobs_info: jobs } : {}),
  };
  return {
    status: 200,
    body: {
      _nodes: { total: 1, successful: 1, failed: 0 },
      cluster_name: 'trailhound',
      'opendistro.scheduled_jobs.enabled': true,
      'plugins.scheduled_jobs.enabled': true,
      scheduled_job_index_exists: true,
      scheduled_job_index_status: 'green',
      nodes_on_schedule: 1,
      nodes_not_on_schedule: 0,
      nodes: { trailhound: node },
      trailhound: {
        monitors: found.monitors,
        enabled: found.enabled,
        runs: found.runs,
        failures: found.failures,
        marked: found.marked,
        time_to_detect: detectionJson(await alerting.detection()),
      },
    },
  };
}
