import { changeQuery } from '../navigation.ts';
import { severityOptions } from '../parts/badges.tsx';
import { SearchBox } from '../parts/search-box.tsx';

const stateOptions = [
  { value: 'ALL', label: 'All alerts' },
  { value: 'ACTIVE', label: 'Active' },
  { value: 'ACKNOWLEDGED', label: 'Acknowledged' },
  { value: 'COMPLETED', label: 'Completed' },
  { value: 'ERROR', label: 'Error' },
  { value: 'DELETED', label: 'Deleted' },
];

/** The filters stand in the address, so that a view can be sent to somebody. */
export function AlertFilters({ state, severity, search }: { state: string; severity: string; search: string }) {
  const set = (name: string, value: string) => changeQuery({ [name]: value === 'ALL' ? undefined : value });
  return (
    <search class="filters">
      <SearchBox label="Search alerts" value={search} onValue={(value) => changeQuery({ search: value })} />
      <select
        aria-label="Severity level"
        value={severity}
        onChange={(event) => set('severityLevel', event.currentTarget.value)}
      >
        {[{ value: 'ALL', label: 'All severity levels' }, ...severityOptions].map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
      <select
        aria-label="Alert state"
        data-test-subj="dashboardAlertStateFilter"
        value={state}
        onChange={(event) => set('alertState', event.currentTarget.value)}
      >
        {stateOptions.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </search>
  );
}
