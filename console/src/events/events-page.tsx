import { useState } from 'preact/hooks';
import { changeQuery } from '../navigation.ts';
import { Empty, Failed, Loading, StaleNotice } from '../parts/drawn-states.tsx';
import { LiveSwitch } from '../parts/live-switch.tsx';
import { count } from '../parts/moment.ts';
import { usePolled } from '../parts/polled.ts';
import { searchEvents } from '../wire/events.ts';
import { EventSearch } from './event-search.tsx';
import { EventTable } from './event-table.tsx';
import { momentOf } from './time-range.ts';

const pageSize = 50;
/** `index.max_result_window`: the server refuses to page further. */
const reachable = 10_000;
const everyMs = 5000;

/** Search over the documents of `wazuh-alerts-4.x-*`, newest first. What was asked stands in the address. */
export function EventsPage({ query }: { query: URLSearchParams }) {
  const [live, setLive] = useState(false);
  const text = query.get('q') ?? '';
  const range = { from: query.get('from') ?? '', to: query.get('to') ?? '' };
  const page = Math.max(0, Math.floor(Number(query.get('page')) || 1) - 1);
  const key = JSON.stringify([text, range, page]);
  const polled = usePolled(
    key,
    (signal) => {
      const now = Date.now();
      const [from, to] = [momentOf(range.from, now), momentOf(range.to, now)];
      return searchEvents({ text, from, to, offset: page * pageSize, size: pageSize }, signal);
    },
    live ? everyMs : 0,
  );
  const { data, error } = polled;
  const hits = data?.hits.hits ?? [];
  const total = data?.hits.total?.value ?? 0;
  const narrowed = text !== '' || range.from !== '' || range.to !== '';
  return (
    <>
      <div class="page-head">
        <h1>Events</h1>
        <LiveSwitch live={live} onLive={setLive} at={polled.at} failing={error !== undefined} />
      </div>
      <section class="panel" aria-label="Events">
        <EventSearch key={key} text={text} range={range} busy={polled.busy} onSearch={polled.reload} />
        {data && error && <StaleNotice reason={error} />}
        {!data && !error && <Loading what="events" />}
        {!data && error && <Failed what="Events" reason={error} retry={polled.reload} />}
        {data && hits.length === 0 && <NoEvents narrowed={narrowed} />}
        {data && hits.length > 0 && (
          <>
            <p class="result-line" role="status">
              {count(total, 'event')}, newest first <span class="help">({count(data.took)} ms)</span>
            </p>
            <EventTable hits={hits} query={text} />
            <Pages page={page} total={total} />
          </>
        )}
      </section>
    </>
  );
}

function NoEvents({ narrowed }: { narrowed: boolean }) {
  if (!narrowed) {
    return (
      <Empty title="There are no events yet">
        <p>Start the program with a source of CloudTrail files, or with --lab.</p>
      </Empty>
    );
  }
  const reset = { q: undefined, from: undefined, to: undefined, page: undefined };
  return (
    <Empty title="No events match">
      <button type="button" class="button" onClick={() => changeQuery(reset)}>
        Show all events
      </button>
    </Empty>
  );
}

function Pages({ page, total }: { page: number; total: number }) {
  const last = Math.ceil(Math.min(total, reachable) / pageSize) - 1;
  if (last <= 0) return null;
  const go = (to: number) => {
    changeQuery({ page: to === 0 ? undefined : String(to + 1) });
    document.getElementById('main')?.focus();
    scrollTo(0, 0);
  };
  return (
    <nav class="pages" aria-label="Pages">
      <button type="button" class="button" disabled={page === 0} onClick={() => go(page - 1)}>
        Newer
      </button>
      <span>
        Page {count(page + 1)} of {count(last + 1)}
      </span>
      <button type="button" class="button" disabled={page >= last} onClick={() => go(page + 1)}>
        Older
      </button>
      {total > reachable && (
        <span class="help">Only the newest {count(reachable)} can be paged: narrow the search.</span>
      )}
    </nav>
  );
}
