import { described, Field, FieldNotes, SelectField, TextField } from '../parts/field.tsx';
import type { FormPart } from './monitor-draft.ts';

const frequencies = [
  { value: 'interval', label: 'By interval' },
  { value: 'cronExpression', label: 'Custom cron expression' },
];

const units = [
  { value: 'MINUTES', label: 'Minute(s)' },
  { value: 'HOURS', label: 'Hours' },
  { value: 'DAYS', label: 'Days' },
];

export function ScheduleFields({ draft, errors, change }: FormPart) {
  return (
    <fieldset class="part">
      <legend>Schedule</legend>
      <div class="row">
        <SelectField
          id="frequency"
          label="Frequency"
          name="frequency"
          testSubject="frequency_field"
          value={draft.frequency}
          options={frequencies}
          onValue={(value) => change({ frequency: value === 'interval' ? 'interval' : 'cronExpression' })}
        />
        {draft.frequency === 'interval' ? (
          <IntervalField draft={draft} errors={errors} change={change} />
        ) : (
          <CronFields draft={draft} errors={errors} change={change} />
        )}
      </div>
    </fieldset>
  );
}

function IntervalField({ draft, errors, change }: FormPart) {
  const ids = { id: 'interval', error: errors.interval };
  return (
    <div class="field" data-wrong={errors.interval ? '' : undefined}>
      <label for="interval">Run every</label>
      <div class="joined">
        <input
          type="number"
          min="1"
          step="1"
          name="period.interval"
          data-test-subj="interval_interval_field"
          {...described(ids)}
          value={draft.interval}
          onInput={(event) => change({ interval: event.currentTarget.value })}
        />
        <select
          aria-label="Unit of the interval"
          name="period.unit"
          data-test-subj="interval_unit_field"
          value={draft.unit}
          onChange={({ currentTarget: { value } }) => change({ unit: value as typeof draft.unit })}
        >
          {units.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </div>
      <FieldNotes {...ids} />
    </div>
  );
}

function CronFields({ draft, errors, change }: FormPart) {
  const zone = { id: 'timezone', label: 'Timezone', error: errors.timezone };
  return (
    <>
      <TextField
        id="cron"
        label="Custom cron expression"
        help="minute hour day month weekday"
        value={draft.cron}
        error={errors.cron}
        onValue={(cron) => change({ cron })}
        input={{ name: 'cronExpression', 'data-test-subj': 'customCron_cronExpression_field' }}
      />
      <Field {...zone}>
        <input
          type="text"
          list="timezones"
          placeholder="Select a timezone"
          data-test-subj="timezoneComboBox"
          {...described(zone)}
          value={draft.timezone}
          onInput={(event) => change({ timezone: event.currentTarget.value })}
        />
        <datalist id="timezones">
          {['UTC', ...Intl.supportedValuesOf('timeZone')].map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      </Field>
    </>
  );
}
