import { useRef, useState } from 'preact/hooks';
import type { MonitorAnswer } from '../../../src/api/wire.ts';
import { navigate } from '../navigation.ts';
import { toast } from '../parts/announcements.tsx';
import { TextField } from '../parts/field.tsx';
import { usePolled } from '../parts/polled.ts';
import { hrefs } from '../places.ts';
import { createMonitor, fetchMonitors, updateMonitor } from '../wire/alerting.ts';
import { CallError, reasonOf } from '../wire/client.ts';
import { IndexPicker } from './index-picker.tsx';
import { draftErrors, draftOf, emptyDraft, type FormPart, type MonitorDraft, monitorOf } from './monitor-draft.ts';
import { QueryFields } from './query-fields.tsx';
import { ScheduleFields } from './schedule-fields.tsx';
import { TriggerFields } from './trigger-fields.tsx';

/** "Create monitor" with the guide's fields and labels, and "Edit monitor" when there is one to edit. */
export function MonitorFormPage({ edited }: { edited?: MonitorAnswer }) {
  const [draft, setDraft] = useState<MonitorDraft>(() => (edited ? draftOf(edited.monitor) : emptyDraft()));
  const [checked, setChecked] = useState(false);
  const [refused, setRefused] = useState<string>();
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const others = usePolled('names', fetchMonitors);
  const taken = (others.data?.hits.hits ?? []).flatMap(({ _id, _source }) =>
    _source && _id !== edited?._id ? [_source.name] : [],
  );
  const wrong = draftErrors(draft, taken);
  const errors = checked ? wrong : {};
  const change = (changes: Partial<MonitorDraft>) => setDraft((before) => ({ ...before, ...changes }));
  const save = async () => {
    setChecked(true);
    setRefused(undefined);
    if (Object.keys(wrong).length > 0) {
      setRefused('Fix all highlighted error(s) before continuing.');
      focusFirstWrong(form.current);
      return;
    }
    setBusy(true);
    try {
      const monitor = monitorOf(draft);
      const saved = edited ? await updateMonitor(edited, monitor) : await createMonitor(monitor);
      toast(edited ? 'Saved the monitor.' : 'Created the monitor.');
      navigate(hrefs.monitor(saved._id));
    } catch (thrown) {
      setBusy(false);
      const conflict = thrown instanceof CallError && thrown.status === 409;
      setRefused(
        conflict
          ? 'Somebody changed this monitor meanwhile. Open it again to see their version; yours is not saved.'
          : reasonOf(thrown),
      );
    }
  };
  const part: FormPart = { draft, errors, change };
  return (
    <form
      class="form"
      ref={form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <div class="page-head">
        <h1>{edited ? 'Edit monitor' : 'Create monitor'}</h1>
      </div>
      <DetailsPanel {...part} />
      <section class="panel" aria-labelledby="data-title">
        <h2 id="data-title">Select data</h2>
        <IndexPicker indices={draft.indices} error={errors.index} onIndices={(indices) => change({ indices })} />
      </section>
      <QueryFields {...part} />
      <TriggerFields {...part} />
      <div class="form-end">
        <div aria-live="assertive">{refused && <p class="wrong">{refused}</p>}</div>
        <a class="button" href={edited ? hrefs.monitor(edited._id) : hrefs.monitors()}>
          Cancel
        </a>
        <button type="submit" class="button button-main" disabled={busy}>
          {edited ? 'Save' : 'Create'}
        </button>
      </div>
    </form>
  );
}

function DetailsPanel(part: FormPart) {
  const { draft, errors, change } = part;
  return (
    <section class="panel" aria-labelledby="details-title">
      <h2 id="details-title">Monitor details</h2>
      <TextField
        id="name"
        label="Monitor name"
        value={draft.name}
        error={errors.name}
        onValue={(name) => change({ name })}
        input={{ name: 'name', placeholder: 'Enter a monitor name', maxLength: 256 }}
      />
      <div class="choices">
        <fieldset>
          <legend>Monitor type</legend>
          <label class="card" data-test-subj="queryLevelMonitorRadioCard">
            <input type="radio" name="monitor_type" checked readOnly />
            <span>
              <strong>Per query monitor</strong>
              <span class="help">Runs a query and raises an alert by what it finds as a whole.</span>
            </span>
          </label>
        </fieldset>
        <fieldset>
          <legend>Monitor defining method</legend>
          <label class="card" data-test-subj="extractionQueryEditorRadioCard">
            <input type="radio" name="searchType" checked readOnly />
            <span>
              <strong>Extraction query editor</strong>
              <span class="help">The query is written in OpenSearch's Query DSL.</span>
            </span>
          </label>
        </fieldset>
      </div>
      <ScheduleFields {...part} />
    </section>
  );
}

/** The messages are drawn after this turn; then the first wrong field gets the focus. */
function focusFirstWrong(form: HTMLFormElement | null): void {
  setTimeout(() => form?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(), 0);
}
