import { useState } from 'preact/hooks';
import { changeQuery } from '../navigation.ts';
import { fieldTime, ranges, type TimeRange } from './time-range.ts';

const custom = 'custom';

/** The search line, the time range and the way to the query language. Enter searches. */
export function EventSearch(props: { text: string; range: TimeRange; busy: boolean; onSearch: () => void }) {
  const { range } = props;
  const known = range.to === '' && ranges.some(({ value }) => value === range.from);
  const [text, setText] = useState(props.text);
  const [asked, setAsked] = useState(known ? range.from : custom);
  const [from, setFrom] = useState(() => fieldTime(range.from, Date.now()));
  const [to, setTo] = useState(() => fieldTime(range.to, Date.now()));
  const search = (which: string) => {
    const bounds = which === custom ? { from: isoOf(from), to: isoOf(to) } : { from: which, to: '' };
    const same = text === props.text && bounds.from === range.from && bounds.to === range.to;
    if (same) props.onSearch();
    else changeQuery({ q: text, ...bounds, page: undefined });
  };
  return (
    <search>
      <form
        class="filters event-search"
        onSubmit={(event) => {
          event.preventDefault();
          search(asked);
        }}
      >
        <input
          type="search"
          class="search-box search-box-wide"
          aria-label="Search events"
          placeholder="data.aws.eventName:GetObject AND data.aws.userIdentity.principalId:Anonymous"
          spellcheck={false}
          autocomplete="off"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <select
          aria-label="Time range"
          value={asked}
          onChange={({ currentTarget: { value } }) => {
            setAsked(value);
            if (value !== custom) search(value);
          }}
        >
          {ranges.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
          <option value={custom}>From … to …</option>
        </select>
        {asked === custom && (
          <>
            <label class="inline-field">
              From
              <input
                type="datetime-local"
                step="1"
                value={from}
                onInput={(event) => setFrom(event.currentTarget.value)}
              />
            </label>
            <label class="inline-field">
              To
              <input type="datetime-local" step="1" value={to} onInput={(event) => setTo(event.currentTarget.value)} />
            </label>
          </>
        )}
        <button type="submit" class="button button-main">
          {props.busy ? 'Searching…' : 'Search'}
        </button>
      </form>
    </search>
  );
}

/** What a `datetime-local` field holds, as UTC. */
function isoOf(local: string): string {
  const at = local === '' ? Number.NaN : new Date(local).getTime();
  return Number.isNaN(at) ? '' : new Date(at).toISOString();
}
