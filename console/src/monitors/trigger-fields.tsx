import { useState } from 'preact/hooks';
import { severityOptions } from '../parts/badges.tsx';
import { CodeEditor } from '../parts/code-editor.tsx';
import { described, FieldNotes, SelectField, TextField } from '../parts/field.tsx';
import { count } from '../parts/moment.ts';
import { plainText } from '../parts/plain-text.ts';
import { previewMonitor } from '../wire/alerting.ts';
import { reasonOf } from '../wire/client.ts';
import {
  emptyTrigger,
  type FormPart,
  type MonitorDraft,
  previewOf,
  queryMistake,
  type TriggerDraft,
} from './monitor-draft.ts';

/** As in OpenSearch: more are refused. */
const triggersMax = 10;

export function TriggerFields({ draft, errors, change }: FormPart) {
  const { triggers } = draft;
  const set = (key: string, changes: Partial<TriggerDraft>) =>
    change({ triggers: triggers.map((trigger) => (trigger.key === key ? { ...trigger, ...changes } : trigger)) });
  const add = () => {
    const numbers = triggers.map(({ key }) => Number(/^new-(\d+)$/.exec(key)?.[1] ?? 0));
    change({ triggers: [...triggers, emptyTrigger(`new-${Math.max(0, ...numbers) + 1}`)] });
  };
  return (
    <section class="panel" aria-labelledby="triggers-panel">
      <h2 id="triggers-panel">Triggers ({count(triggers.length)})</h2>
      {triggers.length === 0 && <p class="help">Without a trigger the monitor raises no alert.</p>}
      {triggers.map((trigger, place) => (
        <TriggerPart
          key={trigger.key}
          draft={draft}
          trigger={trigger}
          place={place}
          errors={errors}
          onChange={(changes) => set(trigger.key, changes)}
          onRemove={() => change({ triggers: triggers.filter(({ key }) => key !== trigger.key) })}
        />
      ))}
      <button
        type="button"
        class="button"
        data-test-subj="addTriggerButton"
        disabled={triggers.length >= triggersMax}
        onClick={add}
      >
        Add trigger
      </button>
    </section>
  );
}

function TriggerPart(props: {
  draft: MonitorDraft;
  trigger: TriggerDraft;
  place: number;
  errors: Readonly<Record<string, string>>;
  onChange: (changes: Partial<TriggerDraft>) => void;
  onRemove: () => void;
}) {
  const { trigger, place, errors, onChange } = props;
  const field = `triggerDefinitions[${place}]`;
  const actions = trigger.base?.actions.length ?? 0;
  const title = trigger.name.trim() === '' ? 'New trigger' : plainText(trigger.name);
  return (
    <fieldset class="trigger" data-test-subj={`${field}._triggerAccordion`}>
      <legend>{title}</legend>
      <div class="row">
        <TextField
          id={`${field}.name`}
          label="Trigger name"
          help="Trigger names must be unique. Names can only contain letters, numbers, and special characters."
          value={trigger.name}
          error={errors[`${field}.name`]}
          onValue={(name) => onChange({ name })}
          input={{ name: `${field}.name`, placeholder: 'Enter a trigger name', maxLength: 256 }}
        />
        <SelectField
          id={`${field}.severity`}
          label="Severity level"
          name={`${field}.severity`}
          value={trigger.severity}
          options={severityChoices(trigger.severity)}
          onValue={(severity) => onChange({ severity })}
        />
      </div>
      <ConditionField {...props} field={field} />
      {actions > 0 && <p class="help">Its {count(actions, 'action')} stay as they are.</p>}
      <button type="button" class="button button-danger-quiet" onClick={props.onRemove}>
        Remove trigger
      </button>
    </fieldset>
  );
}

/** The API takes any text as severity: what a monitor has stays choosable. */
function severityChoices(current: string) {
  return severityOptions.some(({ value }) => value === current)
    ? severityOptions
    : [...severityOptions, { value: current, label: current }];
}

interface Verdict {
  readonly text: string;
  readonly kind: 'fired' | 'calm' | 'danger';
}

function ConditionField(props: {
  draft: MonitorDraft;
  trigger: TriggerDraft;
  errors: Readonly<Record<string, string>>;
  onChange: (changes: Partial<TriggerDraft>) => void;
  field: string;
}) {
  const { draft, trigger, field } = props;
  const [verdict, setVerdict] = useState<Verdict>();
  const error = props.errors[`${field}.condition`];
  const ids = { id: `${field}.condition`, error };
  const ready = queryMistake(draft.query) === undefined && draft.indices.length > 0;
  return (
    <div class="field" data-wrong={error ? '' : undefined}>
      <label for={ids.id}>Trigger condition</label>
      <CodeEditor
        id={ids.id}
        language="painless"
        rows={3}
        value={trigger.condition}
        onValue={(condition) => props.onChange({ condition })}
        attributes={{ ...described(ids), 'data-test-subj': 'triggerQueryCodeEditor' }}
      />
      <FieldNotes {...ids} />
      <div class="run-controls">
        <button
          type="button"
          class="button button-small"
          disabled={!ready}
          onClick={async () => setVerdict(await tryCondition(draft, trigger))}
        >
          Preview condition response
        </button>
        <output class="verdict" data-kind={verdict?.kind}>
          {verdict && `Trigger condition response: ${verdict.text}`}
        </output>
      </div>
    </div>
  );
}

async function tryCondition(draft: MonitorDraft, trigger: TriggerDraft): Promise<Verdict> {
  try {
    const answer = await previewMonitor(previewOf(draft, [{ ...trigger, name: trigger.name || 'preview' }]));
    const [result] = Object.values(answer.trigger_results);
    const error = result?.error ?? answer.error ?? answer.input_results.error;
    if (error) return { text: plainText(error), kind: 'danger' };
    return result?.triggered ? { text: 'true', kind: 'fired' } : { text: 'false', kind: 'calm' };
  } catch (thrown) {
    return { text: reasonOf(thrown), kind: 'danger' };
  }
}
