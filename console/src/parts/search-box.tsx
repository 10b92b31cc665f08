import { useEffect, useRef, useState } from 'preact/hooks';

/** Typing asks the server once it pauses. */
const settleMs = 250;

export function SearchBox(props: { label: string; value: string; onValue: (value: string) => void }) {
  const [text, setText] = useState(props.value);
  const timer = useRef(0);
  useEffect(() => setText(props.value), [props.value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <input
      type="search"
      class="search-box"
      placeholder="Search"
      aria-label={props.label}
      spellcheck={false}
      autocomplete="off"
      value={text}
      onInput={(event) => {
        const { value } = event.currentTarget;
        setText(value);
        clearTimeout(timer.current);
        timer.current = window.setTimeout(() => props.onValue(value), settleMs);
      }}
    />
  );
}
