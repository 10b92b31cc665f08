import { useState } from 'preact/hooks';
import { described, FieldNotes } from '../parts/field.tsx';
import { plainText } from '../parts/plain-text.ts';
import { usePolled } from '../parts/polled.ts';
import { eventIndices, fetchIndices } from '../wire/events.ts';

const help = 'You can use * as a wildcard or date math index resolution in your index pattern. Press Enter to add it.';

/** Index names and patterns as a list: typed and added with Enter (or a comma, or by leaving the field). */
export function IndexPicker(props: {
  indices: readonly string[];
  error: string | undefined;
  onIndices: (indices: readonly string[]) => void;
}) {
  const { indices, onIndices } = props;
  const [text, setText] = useState('');
  const known = usePolled('indices', fetchIndices);
  const ids = { id: 'index', help, error: props.error };
  const add = () => {
    const fresh = text.split(/[\s,]+/).filter((name) => name !== '' && !indices.includes(name));
    if (fresh.length > 0) onIndices([...indices, ...new Set(fresh)]);
    setText('');
  };
  const names = (known.data ?? []).map(({ index }) => index).filter((name) => !name.startsWith('.'));
  return (
    <div class="field" data-wrong={props.error ? '' : undefined} data-test-subj="indicesComboBox">
      <label for="index">Indexes</label>
      <div class="pills">
        {indices.map((name) => (
          <span class="pill" key={name}>
            <code>{plainText(name)}</code>
            <button
              type="button"
              aria-label={`Remove ${plainText(name)}`}
              onClick={() => onIndices(indices.filter((other) => other !== name))}
            >
              <svg viewBox="0 0 16 16" width="10" height="10" aria-hidden="true">
                <path d="m3 3 10 10M13 3 3 13" class="stroke" />
              </svg>
            </button>
          </span>
        ))}
        <input
          type="text"
          list="index-names"
          autocomplete="off"
          spellcheck={false}
          placeholder={indices.length === 0 ? 'Select one or more indexes or wildcard patterns' : ''}
          {...described(ids)}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          onBlur={add}
          onKeyDown={(event) => {
            if ((event.key === 'Enter' || event.key === ',') && !event.isComposing) {
              event.preventDefault();
              add();
            } else if (event.key === 'Backspace' && text === '') onIndices(indices.slice(0, -1));
          }}
        />
        <datalist id="index-names">
          {[...new Set([eventIndices, ...names])].map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      </div>
      <FieldNotes {...ids} />
    </div>
  );
}
