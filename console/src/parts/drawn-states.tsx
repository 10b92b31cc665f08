import type { ComponentChildren } from 'preact';

/** The states of a page that has nothing to show: loading, empty, failed. (The fourth is the page itself.) */
export function Loading({ what }: { what: string }) {
  return (
    <div class="drawn-state" role="status">
      <svg class="spinner" viewBox="0 0 24 24" width="28" height="28" aria-hidden="true">
        <circle cx="12" cy="12" r="9" />
        <path d="M12 3a9 9 0 0 1 9 9" />
      </svg>
      <p>Loading {what}…</p>
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="drawn-state">
      <svg class="drawn-sign" viewBox="0 0 48 48" width="44" height="44" aria-hidden="true">
        <path d="M8 36c5-2 5-8 10-9.5 5-1.5 7 3.5 12 1.5 4-1.6 4-8 9-11.5" />
        <circle cx="8" cy="36" r="2.5" />
        <path d="M34 10h8v8" />
      </svg>
      <p class="drawn-title">{title}</p>
      {children}
    </div>
  );
}

export function Failed({ what, reason, retry }: { what: string; reason: string; retry?: () => void }) {
  return (
    <div class="drawn-state" data-kind="failed" role="alert">
      <svg class="drawn-sign" viewBox="0 0 48 48" width="44" height="44" aria-hidden="true">
        <path d="M24 6 44 41H4z" />
        <path d="M24 19v11m0 4.500v1" />
      </svg>
      <p class="drawn-title">{what} could not be loaded</p>
      <p class="reason">{reason}</p>
      {retry && (
        <button type="button" class="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** A call failed, but what came before is still shown. */
export function StaleNotice({ reason }: { reason: string }) {
  return (
    <p class="notice" data-kind="danger" role="alert">
      Not up to date: {reason}
    </p>
  );
}
