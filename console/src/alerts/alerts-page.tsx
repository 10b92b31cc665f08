import { useEffect, useRef, useState } from 'preact/hooks';
import type { Alert } from '../../../src/api/wire.ts';
import { changeQuery } from '../navigation.ts';
import { announce } from '../parts/announcements.tsx';
import { severityLabel } from '../parts/badges.tsx';
import { Empty, Failed, Loading, StaleNotice } from '../parts/drawn-states.tsx';
import { LiveSwitch } from '../parts/live-switch.tsx';
import { count } from '../parts/moment.ts';
import { plainText } from '../parts/plain-text.ts';
import { usePolled } from '../parts/polled.ts';
import { hrefs } from '../places.ts';
import { alertsMax, fetchAlerts } from '../wire/alerting.ts';
import { AcknowledgeDialog } from './acknowledge-dialog.tsx';
import { AlertFilters } from './alert-filters.tsx';
import { groupAlerts } from './alert-groups.ts';
import { AlertTable } from './alert-table.tsx';
import { TriggerFlyout } from './trigger-flyout.tsx';

const everyMs = 3000;

/** Alerts by triggers, as in Dashboards, with the events that caused them. */
export function AlertsPage({ query }: { query: URLSearchParams }) {
  const [live, setLive] = useState(true);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [acknowledging, setAcknowledging] = useState(false);
  const filter = {
    state: query.get('alertState') ?? 'ALL',
    severity: query.get('severityLevel') ?? 'ALL',
    search: query.get('search') ?? '',
  };
  const key = JSON.stringify(filter);
  const polled = usePolled(key, (signal) => fetchAlerts(filter, signal), live ? everyMs : 0);
  const { data, error } = polled;
  useNewAlertsAnnounced(key, data?.alerts);
  const groups = data ? groupAlerts(data.alerts) : [];
  const chosen = groups.filter((group) => selected.has(group.key));
  const open = groups.find((group) => group.key === query.get('trigger'));
  const filtered = filter.state !== 'ALL' || filter.severity !== 'ALL' || filter.search !== '';
  return (
    <>
      <div class="page-head">
        <h1>Alerts</h1>
        <LiveSwitch live={live} onLive={setLive} at={polled.at} failing={error !== undefined} />
      </div>
      <section class="panel" aria-labelledby="alerts-title">
        <div class="panel-head">
          <h2 id="alerts-title">Alerts by triggers</h2>
          <button
            type="button"
            class="button"
            data-test-subj="acknowledgeAlertsButton"
            disabled={chosen.length === 0}
            onClick={() => setAcknowledging(true)}
          >
            Acknowledge
          </button>
        </div>
        <AlertFilters {...filter} />
        {data && error && <StaleNotice reason={error} />}
        {!data && !error && <Loading what="alerts" />}
        {!data && error && <Failed what="Alerts" reason={error} retry={polled.reload} />}
        {data && groups.length === 0 && (filtered ? <NoMatch /> : <NoAlerts />)}
        {groups.length > 0 && (
          <AlertTable groups={groups} selected={selected} onSelected={setSelected} open={open?.key} />
        )}
        {data && data.totalAlerts > data.alerts.length && (
          <p class="notice">
            The newest {count(alertsMax)} of {count(data.totalAlerts)} alerts are shown. Filters look at all of them.
          </p>
        )}
      </section>
      {open && <TriggerFlyout group={open} onChanged={polled.reload} />}
      {acknowledging && chosen.length > 0 && (
        <AcknowledgeDialog
          groups={chosen}
          onClose={() => setAcknowledging(false)}
          onDone={() => {
            setAcknowledging(false);
            setSelected(new Set());
            polled.reload();
          }}
        />
      )}
    </>
  );
}

function NoAlerts() {
  return (
    <Empty title="There are no alerts">
      <p>
        A monitor raises one when its trigger finds events. <a href={hrefs.monitors()}>See the monitors</a>, or{' '}
        <a href={hrefs.events()}>search the events</a>.
      </p>
    </Empty>
  );
}

function NoMatch() {
  const reset = { alertState: undefined, severityLevel: undefined, search: undefined };
  return (
    <Empty title="There are no alerts matching your applied filters">
      <button type="button" class="button" onClick={() => changeQuery(reset)}>
        Reset filters
      </button>
    </Empty>
  );
}

/** Tells screen readers about alerts that were not there at the last look at the same list. */
function useNewAlertsAnnounced(key: string, alerts: readonly Alert[] | undefined): void {
  const seen = useRef<{ key: string; ids: ReadonlySet<string> }>({ key: '', ids: new Set() });
  useEffect(() => {
    if (!alerts) return;
    const fresh = alerts.filter((alert) => !seen.current.ids.has(alert.id));
    const [first] = fresh;
    if (seen.current.key === key && first) {
      const more = fresh.length > 1 ? ` and ${count(fresh.length - 1)} more` : '';
      const name = `${plainText(first.trigger_name)}, severity ${severityLabel(first.severity)}`;
      announce(`${count(fresh.length, 'new alert')}: ${name}${more}`);
    }
    seen.current = { key, ids: new Set(alerts.map((alert) => alert.id)) };
  }, [key, alerts]);
}
