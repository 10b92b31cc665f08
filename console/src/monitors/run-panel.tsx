import { useId, useState } from 'preact/hooks';
import type { ExecuteAnswer } from '../../../src/api/wire.ts';
import { Failed } from '../parts/drawn-states.tsx';
import { count } from '../parts/moment.ts';
import { plainText } from '../parts/plain-text.ts';
import { Time } from '../parts/time.tsx';
import { runMonitor } from '../wire/alerting.ts';
import { reasonOf } from '../wire/client.ts';

type Outcome = { readonly answer: ExecuteAnswer; readonly dry: boolean } | { readonly reason: string };

/** Runs the monitor now, as its schedule would, or only as a trial. */
export function RunPanel({ id, onRun }: { id: string; onRun: () => void }) {
  const [dry, setDry] = useState(false);
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>();
  const title = useId();
  const run = async () => {
    setBusy(true);
    try {
      setOutcome({ answer: await runMonitor(id, dry), dry });
    } catch (thrown) {
      setOutcome({ reason: reasonOf(thrown) });
    }
    setBusy(false);
    onRun();
  };
  return (
    <section class="panel" aria-labelledby={title}>
      <h2 id={title}>Run</h2>
      <div class="run-controls">
        <button type="button" class="button button-main" disabled={busy} onClick={run}>
          {busy ? 'Running…' : 'Run now'}
        </button>
        <label class="choice">
          <input type="checkbox" checked={dry} onChange={(event) => setDry(event.currentTarget.checked)} />
          Dry run: raise no alert and send nothing
        </label>
      </div>
      <div aria-live="polite" data-test-subj="runResult">
        {!outcome && <p class="help">Shows what the query finds and which triggers fire.</p>}
        {outcome && 'reason' in outcome && <Failed what="The run" reason={outcome.reason} />}
        {outcome && 'answer' in outcome && <RunResult answer={outcome.answer} dry={outcome.dry} />}
      </div>
    </section>
  );
}

/** What a run found: period, hits, and each trigger with its reason. */
export function RunResult({ answer, dry }: { answer: ExecuteAnswer; dry: boolean }) {
  const [search] = answer.input_results.results;
  const error = answer.error ?? answer.input_results.error;
  return (
    <div class="run-result">
      {error && (
        <pre class="notice notice-pre" data-kind="danger">
          {plainText(error)}
        </pre>
      )}
      <dl class="facts">
        <div>
          <dt>Hits</dt>
          <dd>{search?.hits?.total ? count(search.hits.total.value) : '–'}</dd>
        </div>
        <div>
          <dt>Duration</dt>
          <dd>{search ? `${count(search.took)} ms` : '–'}</dd>
        </div>
        <div>
          <dt>Period</dt>
          <dd>
            <Time at={answer.period_start} /> to <Time at={answer.period_end} />
          </dd>
        </div>
      </dl>
      <ul class="verdicts">
        {Object.entries(answer.trigger_results).map(([id, trigger]) => (
          <li key={id} data-kind={trigger.error ? 'danger' : fires(trigger) ? 'fired' : 'calm'}>
            <strong>{plainText(trigger.name)}</strong>{' '}
            {fires(trigger) ? (dry ? 'would be triggered' : 'triggered') : 'not triggered'}
            {howMany(trigger)}
            {trigger.error && <pre class="reason">{plainText(trigger.error)}</pre>}
          </li>
        ))}
      </ul>
    </div>
  );
}

type TriggerResult = ExecuteAnswer['trigger_results'][string];

function fires({ triggered, agg_result_buckets: buckets, triggeredDocs: documents }: TriggerResult): boolean {
  return triggered ?? (Object.keys(buckets ?? {}).length > 0 || (documents ?? []).length > 0);
}

function howMany({ agg_result_buckets: buckets, triggeredDocs: documents }: TriggerResult): string {
  if (buckets) return ` (${count(Object.keys(buckets).length, 'bucket')})`;
  return documents ? ` (${count(new Set(documents).size, 'document')})` : '';
}
