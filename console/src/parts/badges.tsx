import type { AlertState } from '../../../src/api/wire.ts';

interface Level {
  readonly word: string;
  readonly label: string;
  /** The outline of the sign, in a box of 16: severity is told by shape, word and colour. */
  readonly shape: string;
}

const levels: Readonly<Record<string, Level>> = {
  '1': { word: 'Highest', label: '1 (Highest)', shape: 'M5 1h6l4 4v6l-4 4H5l-4-4V5z' },
  '2': { word: 'High', label: '2 (High)', shape: 'M8 1.5 15.2 14.5H.8z' },
  '3': { word: 'Medium', label: '3 (Medium)', shape: 'M8 .8 15.2 8 8 15.2.8 8z' },
  '4': { word: 'Low', label: '4 (Low)', shape: 'M2 2h12v12H2z' },
  '5': { word: 'Lowest', label: '5 (Lowest)', shape: 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2z' },
};

export const severityOptions = Object.entries(levels).map(([value, { label }]) => ({ value, label }));

export function severityLabel(severity: string): string {
  return levels[severity]?.label ?? severity;
}

export function SeverityBadge({ severity }: { severity: string }) {
  const level = levels[severity];
  return (
    <span class="severity" data-severity={level ? severity : 'other'}>
      <svg viewBox="0 0 16 16" width="13" height="13" aria-hidden="true">
        <path d={level?.shape ?? levels['5']?.shape ?? ''} />
      </svg>
      {severityLabel(severity)}
    </span>
  );
}

const stateSigns: Readonly<Record<AlertState, { word: string; path: string }>> = {
  ACTIVE: { word: 'Active', path: 'M8 3a5 5 0 1 1 0 10A5 5 0 0 1 8 3z' },
  ACKNOWLEDGED: { word: 'Acknowledged', path: 'M6.2 12.6 2 8.4l1.5-1.5 2.7 2.7 6.3-6.3L14 4.8z' },
  COMPLETED: { word: 'Completed', path: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zm0 2a4 4 0 1 1 0 8 4 4 0 0 1 0-8z' },
  ERROR: { word: 'Error', path: 'M7 2h2v8H7zm0 10h2v2H7z' },
  DELETED: { word: 'Deleted', path: 'm4 2.6 4 4 4-4L13.4 4l-4 4 4 4-1.4 1.4-4-4-4 4L2.6 12l4-4-4-4z' },
};

/** A state as sign and word; with a count above one, how many are in it. */
export function StateBadge({ state, count = 1 }: { state: AlertState; count?: number }) {
  const sign = stateSigns[state] ?? stateSigns.COMPLETED;
  return (
    <span class="state" data-state={state.toLowerCase()}>
      <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
        <path d={sign.path} />
      </svg>
      {sign.word}
      {count > 1 && ` ${count}`}
    </span>
  );
}

export function EnabledBadge({ enabled }: { enabled: boolean }) {
  return (
    <span class="state" data-state={enabled ? 'enabled' : 'disabled'}>
      <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
        <path d={enabled ? stateSigns.ACTIVE.path : stateSigns.COMPLETED.path} />
      </svg>
      {enabled ? 'Enabled' : 'Disabled'}
    </span>
  );
}
