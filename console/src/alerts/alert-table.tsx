import { changeQuery } from '../navigation.ts';
import { SeverityBadge, StateBadge } from '../parts/badges.tsx';
import { count } from '../parts/moment.ts';
import { plainText } from '../parts/plain-text.ts';
import { TableFrame } from '../parts/table-frame.tsx';
import { Time } from '../parts/time.tsx';
import { hrefs } from '../places.ts';
import type { AlertGroup } from './alert-groups.ts';

interface TableProps {
  readonly groups: readonly AlertGroup[];
  readonly selected: ReadonlySet<string>;
  readonly onSelected: (selected: ReadonlySet<string>) => void;
  /** The key of the group whose flyout is open. */
  readonly open: string | undefined;
}

export function AlertTable(props: TableProps) {
  const { groups, selected, onSelected } = props;
  const all = groups.every((group) => selected.has(group.key));
  return (
    <TableFrame
      label="Alerts by triggers"
      rows={groups.length}
      testSubject="alertsDashboard_table"
      head={
        <tr>
          <th scope="col" class="check">
            <input
              type="checkbox"
              aria-label="Select all triggers"
              data-test-subj="checkboxSelectAll"
              checked={all}
              onChange={() => onSelected(new Set(all ? [] : groups.map((group) => group.key)))}
            />
          </th>
          <th scope="col">Severity</th>
          <th scope="col">State</th>
          <th scope="col">Trigger name</th>
          <th scope="col">Monitor name</th>
          <th scope="col" class="number">
            Events
          </th>
          <th scope="col" class="number">
            Alerts
          </th>
          <th scope="col">Trigger start time</th>
          <th scope="col">Trigger last updated</th>
          <th scope="col">Actions</th>
        </tr>
      }
    >
      {groups.map((group) => (
        <Row key={group.key} group={group} {...props} />
      ))}
    </TableFrame>
  );
}

function Row({ group, selected, onSelected, open }: TableProps & { group: AlertGroup }) {
  const name = plainText(group.triggerName);
  const show = () => changeQuery({ trigger: group.key });
  const toggle = () => {
    const next = new Set(selected);
    if (!next.delete(group.key)) next.add(group.key);
    onSelected(next);
  };
  return (
    <tr data-open={open === group.key ? '' : undefined} data-severity={group.open > 0 ? group.severity : undefined}>
      <td class="check">
        <input
          type="checkbox"
          aria-label={`Select ${name}`}
          data-test-subj={`checkboxSelectRow-${group.key}`}
          checked={selected.has(group.key)}
          onChange={toggle}
        />
      </td>
      <td>
        <SeverityBadge severity={group.severity} />
      </td>
      <td>
        <div class="states">
          {group.states.map(({ state, alerts }) => (
            <StateBadge key={state} state={state} count={alerts} />
          ))}
        </div>
      </td>
      <td class="name">
        <button type="button" class="link-button" onClick={show}>
          {name}
        </button>
      </td>
      <td class="long">
        <a href={hrefs.monitor(group.monitorId)}>{plainText(group.monitorName)}</a>
      </td>
      <td class="number">{group.events === undefined ? '–' : count(group.events)}</td>
      <td class="number">
        <button
          type="button"
          class="link-button"
          aria-label={`${count(group.alerts.length, 'alert')} of ${name}`}
          onClick={show}
        >
          {count(group.alerts.length)}
        </button>
      </td>
      <td>
        <Time at={group.start} />
      </td>
      <td>
        <Time at={group.updated} />
      </td>
      <td>
        <button
          type="button"
          class="icon-button"
          aria-label={`View details of ${name}`}
          title="View details"
          data-test-subj="view-details-icon"
          onClick={show}
        >
          <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
            <path d="M1 8s2.5-4.5 7-4.500S15 8 15 8s-2.5 4.5-7 4.500S1 8 1 8z" class="stroke" />
            <circle cx="8" cy="8" r="2" />
          </svg>
        </button>
      </td>
    </tr>
  );
}
