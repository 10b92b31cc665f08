import { Fragment } from 'preact';
import { useState } from 'preact/hooks';
import type { SearchHitAnswer } from '../../../src/api/wire.ts';
import { changeQuery } from '../navigation.ts';
import { TableFrame } from '../parts/table-frame.tsx';
import { Time } from '../parts/time.tsx';
import type { EventSource } from '../wire/events.ts';
import { EventDetail } from './event-detail.tsx';
import { withFilter } from './event-fields.ts';
import { type EventRow, eventRow } from './event-row.ts';

type Hit = SearchHitAnswer<EventSource>;

const columns = ['Time', 'Event name', 'Source', 'Identity', 'Source IP', 'Bucket / API', 'Rule'] as const;

export function EventTable({ hits, query }: { hits: readonly Hit[]; query: string }) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (key: string) => {
    const next = new Set(open);
    if (!next.delete(key)) next.add(key);
    setOpen(next);
  };
  return (
    <TableFrame
      label="Events"
      rows={hits.length}
      head={
        <tr>
          <th scope="col" class="check">
            <span class="unseen">Details</span>
          </th>
          {columns.map((column) => (
            <th scope="col" key={column}>
              {column}
            </th>
          ))}
        </tr>
      }
    >
      {hits.map((hit) => {
        const key = `${hit._index}/${hit._id}`;
        const isOpen = open.has(key);
        return (
          <Fragment key={key}>
            <Row row={eventRow(hit._source ?? {})} open={isOpen} onToggle={() => toggle(key)} />
            {isOpen && (
              <tr class="detail-row">
                <td colSpan={columns.length + 1}>
                  <EventDetail
                    index={hit._index}
                    id={hit._id}
                    document={hit._source ?? {}}
                    onFilter={(filter) => changeQuery({ q: withFilter(query, filter), page: undefined })}
                  />
                </td>
              </tr>
            )}
          </Fragment>
        );
      })}
    </TableFrame>
  );
}

function Row({ row, open, onToggle }: { row: EventRow; open: boolean; onToggle: () => void }) {
  const name = row.eventName ?? 'Event without a name';
  return (
    <tr data-open={open ? '' : undefined}>
      <td class="check">
        <button
          type="button"
          class="icon-button"
          aria-expanded={open}
          aria-label={`Details of ${name}`}
          onClick={onToggle}
        >
          <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
            <path d={open ? 'm3 5.5 5 5 5-5' : 'm5.5 3 5 5-5 5'} class="stroke" />
          </svg>
        </button>
      </td>
      <td>
        <Time at={row.time} />
      </td>
      <td class="name">
        {name}
        {row.errorCode && <span class="tag tag-warning">{row.errorCode}</span>}
      </td>
      <td>{row.source ?? '–'}</td>
      <td class="long">
        {row.anonymous && <span class="tag tag-danger">Anonymous</span>}
        {!(row.anonymous && /^anonymous$/i.test(row.identity ?? '')) && (row.identity ?? '–')}
      </td>
      <td class="code ip">{row.sourceIp ?? '–'}</td>
      <td class="code long">{row.resource ?? '–'}</td>
      <td class="long">
        {row.rule ? (
          <>
            <span class="tag">
              {row.rule.id} · level {row.rule.level}
            </span>
            {row.rule.description}
          </>
        ) : (
          '–'
        )}
      </td>
    </tr>
  );
}
