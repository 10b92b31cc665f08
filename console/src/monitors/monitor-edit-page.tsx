import { Empty, Failed, Loading } from '../parts/drawn-states.tsx';
import { usePolled } from '../parts/polled.ts';
import { hrefs } from '../places.ts';
import { fetchMonitor } from '../wire/alerting.ts';
import { MonitorFormPage } from './monitor-form-page.tsx';

/** Loads the monitor once; what somebody else saves meanwhile shows as a conflict at saving, not as lost typing. */
export function MonitorEditPage({ id }: { id: string }) {
  const { data, error, reload } = usePolled(`edit ${id}`, (signal) => fetchMonitor(id, signal));
  if (data && data.monitor.monitor_type !== 'query_level_monitor') {
    return (
      <>
        <h1>Edit monitor</h1>
        <Empty title="Only per query monitors can be edited here">
          <p>
            Change this one over the API, or <a href={hrefs.monitor(id)}>look at it and export it</a>.
          </p>
        </Empty>
      </>
    );
  }
  if (data) return <MonitorFormPage edited={data} />;
  return (
    <>
      <h1>Edit monitor</h1>
      {error ? <Failed what="The monitor" reason={error} retry={reload} /> : <Loading what="the monitor" />}
    </>
  );
}
