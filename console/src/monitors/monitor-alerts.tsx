import { useEffect } from 'preact/hooks';
import type { Alert } from '../../../src/api/wire.ts';
import { acknowledgeAlerts } from '../alerts/acknowledge-dialog.tsx';
import { canAcknowledge } from '../alerts/alert-groups.ts';
import { SeverityBadge, StateBadge } from '../parts/badges.tsx';
import { Empty, Failed, Loading, StaleNotice } from '../parts/drawn-states.tsx';
import { count } from '../parts/moment.ts';
import { plainText } from '../parts/plain-text.ts';
import { usePolled } from '../parts/polled.ts';
import { TableFrame } from '../parts/table-frame.tsx';
import { Time } from '../parts/time.tsx';
import { hrefs } from '../places.ts';
import { fetchAlerts } from '../wire/alerting.ts';
import { aboutOf } from './monitor-kind.ts';

const everyMs = 4000;
const shownMax = 100;

/** The history of a monitor: its alerts, newest first. `runs` grows with each run by hand, to look again at once. */
export function MonitorAlerts({ id, runs }: { id: string; runs: number }) {
  const filter = { state: 'ALL', severity: 'ALL', search: '', monitorId: id };
  const polled = usePolled(`alerts of ${id}`, (signal) => fetchAlerts(filter, signal), everyMs);
  const { data, error, reload } = polled;
  useEffect(() => {
    if (runs > 0) reload();
  }, [runs, reload]);
  return (
    <section class="panel" aria-labelledby="history-title">
      <h2 id="history-title">Alerts</h2>
      {data && error && <StaleNotice reason={error} />}
      {!data && !error && <Loading what="alerts" />}
      {!data && error && <Failed what="Alerts" reason={error} retry={reload} />}
      {data?.alerts.length === 0 && <Empty title="This monitor has not raised an alert" />}
      {data && data.alerts.length > 0 && <History alerts={data.alerts.slice(0, shownMax)} onChanged={reload} />}
      {data && data.totalAlerts > shownMax && (
        <p class="help">
          The newest {shownMax} of {count(data.totalAlerts)} alerts.
        </p>
      )}
    </section>
  );
}

function History({ alerts, onChanged }: { alerts: readonly Alert[]; onChanged: () => void }) {
  return (
    <TableFrame
      label="Alerts of this monitor"
      rows={alerts.length}
      head={
        <tr>
          <th scope="col">Alert start time</th>
          <th scope="col">Alert end time</th>
          <th scope="col">Trigger name</th>
          <th scope="col">Severity</th>
          <th scope="col">State</th>
          <th scope="col" class="number">
            Events
          </th>
          <th scope="col">Time acknowledged</th>
          <th scope="col">Actions</th>
        </tr>
      }
    >
      {alerts.map((alert) => (
        <tr key={alert.id}>
          <td>
            <Time at={alert.start_time} />
          </td>
          <td>
            <Time at={alert.end_time} />
          </td>
          <td>
            <a href={hrefs.alerts({ trigger: `${alert.monitor_id}/${alert.trigger_id}` })}>
              {plainText(alert.trigger_name)}
            </a>
            {aboutOf(alert) && <p class="help">{aboutOf(alert)}</p>}
          </td>
          <td>
            <SeverityBadge severity={alert.severity} />
          </td>
          <td>
            <StateBadge state={alert.state} />
            {alert.error_message && <p class="cell-error">{plainText(alert.error_message)}</p>}
          </td>
          <td class="number">{alert.trailhound ? count(alert.trailhound.total) : '–'}</td>
          <td>
            <Time at={alert.acknowledged_time} />
          </td>
          <td>
            {canAcknowledge(alert) ? (
              <button
                type="button"
                class="button button-small"
                onClick={() => void acknowledgeAlerts([alert]).then(onChanged)}
              >
                Acknowledge
              </button>
            ) : (
              <span class="absent">–</span>
            )}
          </td>
        </tr>
      ))}
    </TableFrame>
  );
}
