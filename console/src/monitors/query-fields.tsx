import { useState } from 'preact/hooks';
import { CodeBlock, CodeEditor } from '../parts/code-editor.tsx';
import { described, FieldNotes } from '../parts/field.tsx';
import { count } from '../parts/moment.ts';
import { previewMonitor } from '../wire/alerting.ts';
import { reasonOf } from '../wire/client.ts';
import { type FormPart, previewOf, queryMistake } from './monitor-draft.ts';

interface Response {
  readonly code: string;
  readonly summary: string;
  readonly failed: boolean;
}

/** The extraction query beside its response, and what of it a run counts. */
export function QueryFields({ draft, errors, change }: FormPart) {
  const [response, setResponse] = useState<Response>();
  const [busy, setBusy] = useState(false);
  const mistake = queryMistake(draft.query);
  const shown = errors.query ?? (draft.query.trim() === '' ? undefined : mistake);
  const ids = { id: 'query', error: shown };
  const run = async () => {
    setBusy(true);
    setResponse(await preview(() => previewMonitor(previewOf(draft))));
    setBusy(false);
  };
  return (
    <section class="panel" aria-labelledby="query-panel">
      <div class="panel-head">
        <h2 id="query-panel">Query</h2>
        <div class="buttons">
          <button
            type="button"
            class="button"
            disabled={mistake !== undefined}
            onClick={() => change({ query: JSON.stringify(JSON.parse(draft.query), null, 2) })}
          >
            Format
          </button>
          <button
            type="button"
            class="button"
            disabled={busy || mistake !== undefined || draft.indices.length === 0}
            title={draft.indices.length === 0 ? 'Name an index first' : undefined}
            onClick={run}
          >
            {busy ? 'Running…' : 'Run'}
          </button>
        </div>
      </div>
      <div class="columns">
        <div class="field" data-wrong={shown ? '' : undefined}>
          <label for="query">Define extraction query</label>
          <CodeEditor
            id="query"
            language="json"
            rows={18}
            value={draft.query}
            onValue={(query) => change({ query })}
            attributes={{ ...described(ids), 'data-test-subj': 'extractionQueryCodeEditor' }}
          />
          <FieldNotes {...ids} />
        </div>
        <div class="field" data-test-subj="extractionQueryResponse">
          <p class="field-title">Extraction query response</p>
          {response ? (
            <>
              <p class={response.failed ? 'wrong' : 'help'} role="status">
                {response.summary}
              </p>
              {response.code && <CodeBlock label="Extraction query response" code={response.code} />}
            </>
          ) : (
            <p class="code-empty help">Run the query to see what it finds. Nothing is stored by that.</p>
          )}
        </div>
      </div>
      <CountsField draft={draft} errors={errors} change={change} />
    </section>
  );
}

/** OpenSearch counts everything the query finds, at each run; ours can count what is new. */
function CountsField({ draft, change }: FormPart) {
  const option = (value: 'arrived' | 'opensearch', title: string, help: string) => (
    <label class="card">
      <input type="radio" name="evaluate" checked={draft.counts === value} onChange={() => change({ counts: value })} />
      <span>
        <strong>{title}</strong>
        <span class="help">{help}</span>
      </span>
    </label>
  );
  return (
    <fieldset class="part">
      <legend>Each run counts</legend>
      <div class="choices">
        {option(
          'arrived',
          'What arrived since the last run',
          'Each new attack raises or joins an alert. For queries without a time range, such as the guide’s.',
        )}
        {option(
          'opensearch',
          'Everything the query finds',
          'Exactly as OpenSearch: without a time range in the query its alert never ends.',
        )}
      </div>
    </fieldset>
  );
}

async function preview(run: () => ReturnType<typeof previewMonitor>): Promise<Response> {
  try {
    const answer = await run();
    const error = answer.error ?? answer.input_results.error;
    if (error) return { code: '', summary: error, failed: true };
    const [result] = answer.input_results.results;
    const hits = result?.hits?.total?.value ?? 0;
    const summary = `${count(hits, 'hit')} in ${count(result?.took ?? 0)} ms`;
    return { code: JSON.stringify(result ?? {}, null, 2), summary, failed: false };
  } catch (thrown) {
    return { code: '', summary: reasonOf(thrown), failed: true };
  }
}
