import { useState } from 'preact/hooks';
import type { SourceStatus } from '../../../src/api/wire.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Empty, Failed, Loading } from '../parts/drawn-states.tsx';
import { count, localTime, timeZone } from '../parts/moment.ts';
import { plainText } from '../parts/plain-text.ts';
import { usePolled } from '../parts/polled.ts';
import { fetchProblems } from '../wire/events.ts';
import type { Status } from './status.ts';

export function Footer({ status: { status, events, error } }: { status: Status }) {
  const [listing, setListing] = useState(false);
  const problems = status?.problems ?? 0;
  return (
    <>
      <footer class="footer">
        <p>
          <span class="lamp" data-kind={error ? 'danger' : 'good'} aria-hidden="true" />
          {error ? 'Server does not answer' : events === undefined ? 'Connecting…' : count(events, 'event')}
        </p>
        {(status?.sources ?? []).slice(0, 3).map((source) => (
          <p key={source.name} class="footer-source">
            {sourceText(source)}
          </p>
        ))}
        <button type="button" class="button button-quiet" disabled={!status} onClick={() => setListing(true)}>
          {problems > 0 && <span class="lamp" data-kind="warning" aria-hidden="true" />}
          {count(problems, 'problem')}
        </button>
        <p class="footer-end">
          Times in {timeZone()}
          {status && ` · Trailhound ${status.version}`}
        </p>
      </footer>
      {listing && <ProblemsDialog onClose={() => setListing(false)} />}
    </>
  );
}

/** What is missing is unknown, and left out. */
function sourceText({ name, state, files, eventsPerSecond, message }: Partial<SourceStatus>): string {
  const speed = eventsPerSecond ? `, ${count(Math.round(eventsPerSecond))} events/s` : '';
  const why = message ? `: ${message}` : '';
  const facts = [state, files === undefined ? undefined : count(files, 'file')].filter(Boolean).join(', ');
  return plainText(`${name ?? 'source'} · ${facts}${speed}${why}`);
}

/** What was skipped or could not be read, and where: input never disappears silently. */
function ProblemsDialog({ onClose }: { onClose: () => void }) {
  const { data, error, reload } = usePolled('problems', fetchProblems);
  return (
    <Dialog
      title="Problems"
      wide
      onClose={onClose}
      footer={
        <button type="button" class="button" onClick={onClose}>
          Close
        </button>
      }
    >
      {!data && !error && <Loading what="problems" />}
      {!data && error && <Failed what="Problems" reason={error} retry={reload} />}
      {data?.problems.length === 0 && <Empty title="No problems: all input was read" />}
      {data && data.problems.length > 0 && (
        <>
          <p>
            {count(data.total, 'problem')} so far; the newest {count(data.problems.length)} are listed. The rest of the
            input was read.
          </p>
          <ol class="problems">
            {data.problems.map((problem, number) => (
              <li key={number}>
                <p>{plainText(problem.message)}</p>
                <p class="problem-place">
                  <code>
                    {plainText(problem.place)}
                    {problem.line === undefined ? '' : `:${problem.line}`}
                    {problem.path ? ` ${plainText(problem.path)}` : ''}
                  </code>
                  {problem.at !== undefined && ` ${localTime(problem.at)}`}
                </p>
              </li>
            ))}
          </ol>
        </>
      )}
    </Dialog>
  );
}
