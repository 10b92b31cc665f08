import { useEffect, useState } from 'preact/hooks';
import { CloseButton } from './dialog.tsx';

interface Toast {
  readonly number: number;
  readonly text: string;
  readonly kind: 'done' | 'failed';
}

interface Spoken {
  readonly toasts: readonly Toast[];
  readonly said: string;
}

let spoken: Spoken = { toasts: [], said: '' };
let lastNumber = 0;
let listener: (spoken: Spoken) => void = () => {};

const toastMs = 6000;
/** More at once would cover the page: the oldest goes. */
const toastsMax = 4;

/** Tells the outcome of what somebody did. A failure stays until it is closed. */
export function toast(text: string, kind: Toast['kind'] = 'done'): void {
  const number = ++lastNumber;
  change({ ...spoken, toasts: [...spoken.toasts, { number, text, kind }].slice(-toastsMax) });
  if (kind === 'done') setTimeout(() => close(number), toastMs);
}

/** Says something to screen readers only: what changed on the page without being asked. */
export function announce(text: string): void {
  change({ ...spoken, said: text });
}

export function Announcements() {
  const [state, setState] = useState(spoken);
  useEffect(() => {
    listener = setState;
    return () => {
      listener = () => {};
    };
  }, []);
  return (
    <>
      <div class="unseen" aria-live="polite" data-test-subj="announcements">
        {state.said}
      </div>
      <section class="toasts" aria-label="Messages" aria-live="polite">
        {state.toasts.map(({ number, text, kind }) => (
          <div key={number} class="toast" data-kind={kind}>
            <p>{text}</p>
            <CloseButton label="Close message" onClose={() => close(number)} />
          </div>
        ))}
      </section>
    </>
  );
}

function close(number: number): void {
  change({ ...spoken, toasts: spoken.toasts.filter((toast) => toast.number !== number) });
}

function change(next: Spoken): void {
  spoken = next;
  listener(next);
}
