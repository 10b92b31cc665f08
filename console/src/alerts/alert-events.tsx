import type { AlertEvent } from '../../../src/api/wire.ts';
import { count } from '../parts/moment.ts';
import { oneLine } from '../parts/plain-text.ts';
import { TableFrame } from '../parts/table-frame.tsx';
import { Time } from '../parts/time.tsx';
import { hrefs } from '../places.ts';

/** The events that caused an alert, newest first, each with its way to the whole document. */
export function AlertEvents({ total, newest }: { total: number; newest: readonly AlertEvent[] }) {
  if (newest.length === 0) return null;
  return (
    <>
      <h3>Events</h3>
      {total > newest.length && (
        <p class="help">
          The newest {count(newest.length)} of {count(total)} events.
        </p>
      )}
      <TableFrame
        label="Events of this alert"
        rows={newest.length}
        head={
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Event name</th>
            <th scope="col">Source IP</th>
            <th scope="col">Resource</th>
          </tr>
        }
      >
        {newest.map((event) => (
          <tr key={`${event._index}/${event._id}`}>
            <td>
              <Time at={event.eventTime} />
            </td>
            <td>
              <a href={hrefs.event(event._index, event._id)}>{oneLine(event.eventName) ?? 'Event'}</a>
            </td>
            <td class="code ip">{oneLine(event.sourceIPAddress) ?? '–'}</td>
            <td class="code long">{oneLine(event.resource) ?? '–'}</td>
          </tr>
        ))}
      </TableFrame>
    </>
  );
}
