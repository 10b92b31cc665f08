import { EnabledBadge } from '../parts/badges.tsx';
import { count } from '../parts/moment.ts';
import { plainText } from '../parts/plain-text.ts';
import { TableFrame } from '../parts/table-frame.tsx';
import { Time } from '../parts/time.tsx';
import { hrefs } from '../places.ts';
import { scheduleText } from './monitor-draft.ts';
import type { MonitorRow } from './monitor-rows.ts';

export function MonitorTable(props: {
  rows: readonly MonitorRow[];
  selected: ReadonlySet<string>;
  onSelected: (selected: ReadonlySet<string>) => void;
}) {
  const { rows, selected, onSelected } = props;
  const all = rows.every((row) => selected.has(row.id));
  const toggle = (id: string) => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    onSelected(next);
  };
  return (
    <TableFrame
      label="Monitors"
      rows={rows.length}
      head={
        <tr>
          <th scope="col" class="check">
            <input
              type="checkbox"
              aria-label="Select all monitors"
              data-test-subj="checkboxSelectAll"
              checked={all}
              onChange={() => onSelected(new Set(all ? [] : rows.map((row) => row.id)))}
            />
          </th>
          <th scope="col">Monitor name</th>
          <th scope="col">State</th>
          <th scope="col" class="number">
            Active
          </th>
          <th scope="col" class="number">
            Acknowledged
          </th>
          <th scope="col" class="number">
            Errors
          </th>
          <th scope="col" class="number">
            Ignored
          </th>
          <th scope="col">Latest alert</th>
          <th scope="col">Last notification time</th>
          <th scope="col">Schedule</th>
          <th scope="col">Type</th>
        </tr>
      }
    >
      {rows.map((row) => (
        <tr key={row.id}>
          <td class="check">
            <input
              type="checkbox"
              aria-label={`Select ${plainText(row.monitor.name)}`}
              data-test-subj={`checkboxSelectRow-${row.id}`}
              checked={selected.has(row.id)}
              onChange={() => toggle(row.id)}
            />
          </td>
          <td class="name">
            <a href={hrefs.monitor(row.id)} data-test-subj={row.monitor.name}>
              {plainText(row.monitor.name)}
            </a>
          </td>
          <td>
            <EnabledBadge enabled={row.monitor.enabled} />
          </td>
          <td class="number">{count(row.active)}</td>
          <td class="number">{count(row.acknowledged)}</td>
          <td class="number">{count(row.errors)}</td>
          <td class="number">{count(row.ignored)}</td>
          <td class="long">{row.latestAlert === undefined ? '–' : plainText(row.latestAlert)}</td>
          <td>
            <Time at={row.lastNotification} />
          </td>
          <td class="time">{scheduleText(row.monitor.schedule)}</td>
          <td class="time">{typeText(row.monitor.monitor_type).replace(' monitor', '')}</td>
        </tr>
      ))}
    </TableFrame>
  );
}

const types: Readonly<Record<string, string>> = {
  query_level_monitor: 'Per query monitor',
  bucket_level_monitor: 'Per bucket monitor',
  doc_level_monitor: 'Per document monitor',
};

export function typeText(type: string): string {
  return types[type] ?? plainText(type);
}
