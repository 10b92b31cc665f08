import { useState } from 'preact/hooks';
import type { Alert } from '../../../src/api/wire.ts';
import { toast } from '../parts/announcements.tsx';
import { SeverityBadge, StateBadge } from '../parts/badges.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { count } from '../parts/moment.ts';
import { plainText } from '../parts/plain-text.ts';
import { TableFrame } from '../parts/table-frame.tsx';
import { Time } from '../parts/time.tsx';
import { acknowledge } from '../wire/alerting.ts';
import { reasonOf } from '../wire/client.ts';
import { type AlertGroup, canAcknowledge } from './alert-groups.ts';

/** Which of the open alerts of the chosen triggers to acknowledge; all of them unless some are unticked. */
export function AcknowledgeDialog(props: { groups: readonly AlertGroup[]; onClose: () => void; onDone: () => void }) {
  const { groups } = props;
  const alerts = groups.flatMap((group) => group.alerts).filter(canAcknowledge);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [busy, setBusy] = useState(false);
  const chosen = alerts.filter((alert) => !left.has(alert.id));
  const [first] = groups;
  const name = groups.length === 1 && first ? plainText(first.triggerName) : count(groups.length, 'trigger');
  const subject = `alertsDashboardModal_${first?.triggerName ?? ''}`;
  const toggle = (id: string) => {
    const next = new Set(left);
    if (!next.delete(id)) next.add(id);
    setLeft(next);
  };
  return (
    <Dialog
      title={`Alerts (${count(chosen.length)}/${count(alerts.length)})`}
      testSubject={subject}
      wide
      onClose={props.onClose}
      footer={
        <>
          <button type="button" class="button" data-test-subj={`${subject}_closeButton`} onClick={props.onClose}>
            Cancel
          </button>
          <button
            type="button"
            class="button button-main"
            data-test-subj={`${subject}_acknowledgeAlertsButton`}
            disabled={busy || chosen.length === 0}
            onClick={() => {
              setBusy(true);
              void acknowledgeAlerts(chosen).then(props.onDone);
            }}
          >
            Acknowledge {count(chosen.length, 'alert')}
          </button>
        </>
      }
    >
      <p>Select which alerts to acknowledge for {name}</p>
      {alerts.length === 0 ? (
        <p class="notice">There is no active alert to acknowledge. Alerts in error end when their monitor runs well.</p>
      ) : (
        <TableFrame
          label="Active alerts"
          rows={alerts.length}
          testSubject={`${subject}_table`}
          head={
            <tr>
              <th scope="col" class="check">
                <span class="unseen">Acknowledge</span>
              </th>
              <th scope="col">Alert start time</th>
              <th scope="col">Trigger name</th>
              <th scope="col">Severity</th>
              <th scope="col">State</th>
            </tr>
          }
        >
          {alerts.map((alert) => (
            <tr key={alert.id}>
              <td class="check">
                <input
                  type="checkbox"
                  aria-label={`Acknowledge the alert of ${plainText(alert.trigger_name)}`}
                  data-test-subj={`checkboxSelectRow-${alert.id}`}
                  checked={!left.has(alert.id)}
                  onChange={() => toggle(alert.id)}
                />
              </td>
              <td>
                <Time at={alert.start_time} />
              </td>
              <td>{plainText(alert.trigger_name)}</td>
              <td>
                <SeverityBadge severity={alert.severity} />
              </td>
              <td>
                <StateBadge state={alert.state} />
              </td>
            </tr>
          ))}
        </TableFrame>
      )}
    </Dialog>
  );
}

/** Acknowledges alerts of any monitors and tells how it went. Never rejects. */
export async function acknowledgeAlerts(alerts: readonly Alert[]): Promise<void> {
  let done = 0;
  const reasons: string[] = [];
  for (const [monitorId, ids] of byMonitor(alerts)) {
    try {
      const { success, failed } = await acknowledge(monitorId, ids);
      done += success.length;
      reasons.push(...failed.flatMap((one) => Object.values(one).map(({ failed_reason }) => failed_reason)));
    } catch (thrown) {
      reasons.push(reasonOf(thrown));
    }
  }
  if (done > 0) toast(`Successfully acknowledged ${count(done, 'alert')}.`);
  if (reasons.length > 0) toast(`Could not acknowledge: ${plainText([...new Set(reasons)].join(' '))}`, 'failed');
}

function byMonitor(alerts: readonly Alert[]): ReadonlyMap<string, readonly string[]> {
  const monitors = new Map<string, string[]>();
  for (const { monitor_id, id } of alerts) {
    const ids = monitors.get(monitor_id);
    if (ids) ids.push(id);
    else monitors.set(monitor_id, [id]);
  }
  return monitors;
}
