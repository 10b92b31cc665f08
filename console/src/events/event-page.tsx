import { Failed, Loading } from '../parts/drawn-states.tsx';
import { oneLine } from '../parts/plain-text.ts';
import { usePolled } from '../parts/polled.ts';
import { Time } from '../parts/time.tsx';
import { hrefs } from '../places.ts';
import { fetchEvent } from '../wire/events.ts';
import { EventDetail } from './event-detail.tsx';
import { eventRow } from './event-row.ts';

/** One document, where an alert's event leads. */
export function EventPage({ index, id }: { index: string; id: string }) {
  const { data, error, reload } = usePolled(`${index}/${id}`, (signal) => fetchEvent(index, id, signal));
  const document = data?._source;
  const row = eventRow(document ?? {});
  return (
    <>
      <div class="page-head">
        <h1>{row.eventName ?? 'Event'}</h1>
        <a class="button" href={hrefs.events()}>
          All events
        </a>
      </div>
      <section class="panel" aria-label="Event">
        {!data && !error && <Loading what="the event" />}
        {error && <Failed what="The event" reason={error} retry={reload} />}
        {document && (
          <>
            <dl class="facts">
              <div>
                <dt>Time</dt>
                <dd>
                  <Time at={row.time} />
                </dd>
              </div>
              <div>
                <dt>Identity</dt>
                <dd>
                  {row.anonymous && <span class="tag tag-danger">Anonymous</span>}
                  {row.identity ?? '–'}
                </dd>
              </div>
              <div>
                <dt>Source IP</dt>
                <dd class="code">{row.sourceIp ?? '–'}</dd>
              </div>
              <div>
                <dt>Bucket / API</dt>
                <dd class="code">{row.resource ?? '–'}</dd>
              </div>
              <div>
                <dt>Source</dt>
                <dd>{row.source ?? '–'}</dd>
              </div>
              <div>
                <dt>Rule</dt>
                <dd>{row.rule ? `${row.rule.id} (level ${row.rule.level}) ${row.rule.description}` : '–'}</dd>
              </div>
              {row.errorCode && (
                <div>
                  <dt>Refused with</dt>
                  <dd>{oneLine(row.errorCode)}</dd>
                </div>
              )}
            </dl>
            <EventDetail index={index} id={id} document={document} />
          </>
        )}
      </section>
    </>
  );
}
