import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { Alert } from '../../../src/api/wire.ts';
import { aboutOf, triggerBody } from '../monitors/monitor-kind.ts';
import { changeQuery } from '../navigation.ts';
import { SeverityBadge, StateBadge } from '../parts/badges.tsx';
import { CloseButton } from '../parts/dialog.tsx';
import { count } from '../parts/moment.ts';
import { plainText } from '../parts/plain-text.ts';
import { usePolled } from '../parts/polled.ts';
import { Time } from '../parts/time.tsx';
import { hrefs } from '../places.ts';
import { fetchMonitor } from '../wire/alerting.ts';
import { acknowledgeAlerts } from './acknowledge-dialog.tsx';
import { AlertEvents } from './alert-events.tsx';
import { type AlertGroup, canAcknowledge } from './alert-groups.ts';

/** Alerts drawn at once; a trigger that comes and goes has thousands. */
const shownMax = 50;

/** "Alerts by {trigger}": what the trigger is, its alerts, and the events that caused each. Leaves the list usable. */
export function TriggerFlyout({ group, onChanged }: { group: AlertGroup; onChanged: () => void }) {
  const id = useId();
  const title = useRef<HTMLHeadingElement>(null);
  const subject = `alertsDashboardFlyout_${group.triggerName}`;
  const close = () => changeQuery({ trigger: undefined });
  // The focus moves in when a trigger is opened, and back to where it was when the flyout goes.
  useEffect(() => {
    const before = document.activeElement;
    title.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [group.key]);
  return (
    <section
      class="flyout"
      role="dialog"
      aria-labelledby={id}
      data-test-subj={subject}
      onKeyDown={(event) => {
        if (event.key === 'Escape') close();
      }}
    >
      <header data-test-subj={`${subject}_header`}>
        <h2 id={id} ref={title} tabIndex={-1}>
          Alerts by {plainText(group.triggerName)}
        </h2>
        <CloseButton testSubject={`${subject}_closeButton`} onClose={close} />
      </header>
      <div class="flyout-body">
        <Facts group={group} subject={subject} />
        {group.alerts.slice(0, shownMax).map((alert, place) => (
          <AlertCard key={alert.id} alert={alert} open={place === 0} onChanged={onChanged} />
        ))}
        {group.alerts.length > shownMax && (
          <p class="notice">
            The newest {shownMax} of {count(group.alerts.length)} alerts are shown.
          </p>
        )}
      </div>
    </section>
  );
}

function Facts({ group, subject }: { group: AlertGroup; subject: string }) {
  const monitor = usePolled(group.monitorId, (signal) => fetchMonitor(group.monitorId, signal));
  const trigger = monitor.data?.monitor.triggers.map(triggerBody).find((candidate) => candidate.id === group.triggerId);
  return (
    <dl class="facts">
      <div data-test-subj={`${subject}_triggerName`}>
        <dt>Trigger name</dt>
        <dd>{plainText(group.triggerName)}</dd>
      </div>
      <div data-test-subj={`${subject}_severity`}>
        <dt>Severity</dt>
        <dd>
          <SeverityBadge severity={group.severity} />
        </dd>
      </div>
      <div>
        <dt>Trigger start time</dt>
        <dd>
          <Time at={group.start} />
        </dd>
      </div>
      <div>
        <dt>Trigger last updated</dt>
        <dd>
          <Time at={group.updated} />
        </dd>
      </div>
      <div data-test-subj={`${subject}_monitor`}>
        <dt>Monitor</dt>
        <dd>
          <a href={hrefs.monitor(group.monitorId)}>{plainText(group.monitorName)}</a>
        </dd>
      </div>
      <div data-test-subj={`${subject}_conditions`}>
        <dt>Conditions</dt>
        <dd>
          <code>{trigger ? plainText(trigger.condition.script.source) : '–'}</code>
        </dd>
      </div>
    </dl>
  );
}

function AlertCard({ alert, open, onChanged }: { alert: Alert; open: boolean; onChanged: () => void }) {
  const [busy, setBusy] = useState(false);
  const extra = alert.trailhound;
  const about = aboutOf(alert);
  return (
    <details class="alert-card" open={open}>
      <summary>
        <StateBadge state={alert.state} />
        <Time at={alert.start_time} />
        {about && <span class="name">{about}</span>}
        {extra && <span class="alert-count">{count(extra.total, 'event')}</span>}
        {extra?.historic && <span class="tag">historic</span>}
      </summary>
      <div class="alert-body">
        <dl class="facts">
          <div>
            <dt>Alert start time</dt>
            <dd>
              <Time at={alert.start_time} />
            </dd>
          </div>
          <div>
            <dt>Time acknowledged</dt>
            <dd>
              <Time at={alert.acknowledged_time} />
            </dd>
          </div>
          <div>
            <dt>Alert end time</dt>
            <dd>
              <Time at={alert.end_time} />
            </dd>
          </div>
        </dl>
        {alert.error_message && (
          <pre class="notice notice-pre" data-kind="danger">
            {plainText(alert.error_message)}
          </pre>
        )}
        {canAcknowledge(alert) && (
          <button
            type="button"
            class="button button-main"
            disabled={busy}
            onClick={() => {
              setBusy(true);
              void acknowledgeAlerts([alert]).then(() => {
                setBusy(false);
                onChanged();
              });
            }}
          >
            Acknowledge
          </button>
        )}
        {extra && <AlertEvents total={extra.total} newest={extra.events} />}
      </div>
    </details>
  );
}
