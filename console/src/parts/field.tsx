import type { ComponentChildren, InputHTMLAttributes } from 'preact';

interface FieldProps {
  readonly id: string;
  readonly label: string;
  readonly help?: string | undefined;
  readonly error?: string | undefined;
}

/** A label, its control, help and what is wrong with it. The control takes `described(props)`. */
export function Field(props: FieldProps & { children: ComponentChildren }) {
  return (
    <div class="field" data-wrong={props.error ? '' : undefined}>
      <label for={props.id}>{props.label}</label>
      {props.children}
      <FieldNotes {...props} />
    </div>
  );
}

/** Help and error below a control, with the ids that `described` names. */
export function FieldNotes({ id, help, error }: Omit<FieldProps, 'label'>) {
  return (
    <>
      {help && (
        <p class="help" id={`${id}-help`}>
          {help}
        </p>
      )}
      {error && (
        <p class="wrong" id={`${id}-wrong`}>
          {error}
        </p>
      )}
    </>
  );
}

/** The attributes that tie a control to its label, help and error. */
export function described({ id, help, error }: Omit<FieldProps, 'label'>) {
  const notes = [help && `${id}-help`, error && `${id}-wrong`].filter(Boolean).join(' ');
  return {
    id,
    ...(notes ? { 'aria-describedby': notes } : {}),
    ...(error ? { 'aria-invalid': 'true' as const } : {}),
  };
}

export function TextField(
  props: FieldProps & {
    value: string;
    onValue: (value: string) => void;
    input?: InputHTMLAttributes<HTMLInputElement> & Record<`data-${string}`, string>;
  },
) {
  return (
    <Field {...props}>
      <input
        type="text"
        autocomplete="off"
        spellcheck={false}
        {...props.input}
        {...described(props)}
        value={props.value}
        onInput={(event) => props.onValue(event.currentTarget.value)}
      />
    </Field>
  );
}

export function SelectField(
  props: FieldProps & {
    value: string;
    options: readonly { readonly value: string; readonly label: string }[];
    onValue: (value: string) => void;
    name?: string;
    testSubject?: string;
  },
) {
  return (
    <Field {...props}>
      <select
        {...described(props)}
        name={props.name}
        data-test-subj={props.testSubject}
        value={props.value}
        onChange={(event) => props.onValue(event.currentTarget.value)}
      >
        {props.options.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </Field>
  );
}
