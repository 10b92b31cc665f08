import { useState } from 'preact/hooks';
import { changeQuery } from '../navigation.ts';
import { Empty, Failed, Loading, StaleNotice } from '../parts/drawn-states.tsx';
import { usePolled } from '../parts/polled.ts';
import { SearchBox } from '../parts/search-box.tsx';
import { hrefs } from '../places.ts';
import { fetchAlerts, fetchMonitors } from '../wire/alerting.ts';
import { MonitorActions } from './monitor-actions.tsx';
import { matchingRows, monitorRows } from './monitor-rows.ts';
import { MonitorTable } from './monitor-table.tsx';

const everyMs = 5000;

const everything = { state: 'ALL', severity: 'ALL', search: '' };

export function MonitorsPage({ query }: { query: URLSearchParams }) {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const polled = usePolled(
    'monitors',
    async (signal) => {
      const [monitors, alerts] = await Promise.all([fetchMonitors(signal), fetchAlerts(everything, signal)]);
      return monitorRows(monitors, alerts.alerts);
    },
    everyMs,
  );
  const search = query.get('search') ?? '';
  const state = query.get('state') ?? 'ALL';
  const { data, error } = polled;
  const rows = matchingRows(data ?? [], search, state);
  return (
    <>
      <div class="page-head">
        <h1>Monitors</h1>
        <a class="button button-main" href={hrefs.createMonitor()}>
          Create monitor
        </a>
      </div>
      <section class="panel" aria-label="Monitors">
        <div class="filters">
          <SearchBox label="Search monitors" value={search} onValue={(value) => changeQuery({ search: value })} />
          <select
            aria-label="Monitor state"
            value={state}
            onChange={({ currentTarget: { value } }) => changeQuery({ state: value === 'ALL' ? undefined : value })}
          >
            <option value="ALL">All states</option>
            <option value="ENABLED">Enabled</option>
            <option value="DISABLED">Disabled</option>
          </select>
          <MonitorActions
            rows={(data ?? []).filter((row) => selected.has(row.id))}
            onDone={() => {
              setSelected(new Set());
              polled.reload();
            }}
          />
        </div>
        {data && error && <StaleNotice reason={error} />}
        {!data && !error && <Loading what="monitors" />}
        {!data && error && <Failed what="Monitors" reason={error} retry={polled.reload} />}
        {data?.length === 0 && (
          <Empty title="There are no existing monitors. Create a monitor to add triggers and actions.">
            <a class="button button-main" href={hrefs.createMonitor()}>
              Create monitor
            </a>
          </Empty>
        )}
        {data && data.length > 0 && rows.length === 0 && (
          <Empty title="There are no monitors matching your applied filters. Reset your filters to view your monitors.">
            <button type="button" class="button" onClick={() => changeQuery({ search: undefined, state: undefined })}>
              Reset Filters
            </button>
          </Empty>
        )}
        {rows.length > 0 && <MonitorTable rows={rows} selected={selected} onSelected={setSelected} />}
      </section>
    </>
  );
}
