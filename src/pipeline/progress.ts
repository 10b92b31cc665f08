/** What an ingest has done so far: shown as progress, by `serve` in the status page and by `ingest` at its end. */
export interface Progress {
  files: number;
  bytes: number;
  records: number;
  /** New documents. */
  events: number;
  /** Records whose document was there already. */
  duplicates: number;
  /** Entries that are no events (insights, aggregates, digests, damaged ones), by name. */
  skipped: { [reason: string]: number };
  /** Records left out by the user's drop list. */
  dropped: number;
  problems: number;
}

export function newProgress(): Progress {
  return { files: 0, bytes: 0, records: 0, events: 0, duplicates: 0, skipped: {}, dropped: 0, problems: 0 };
}

/** The sum of several. */
export function addProgress(parts: readonly Progress[]): Progress {
  const total = newProgress();
  for (const part of parts) {
    total.files += part.files;
    total.bytes += part.bytes;
    total.records += part.records;
    total.events += part.events;
    total.duplicates += part.duplicates;
    total.dropped += part.dropped;
    total.problems += part.problems;
    for (const [reason, number] of Object.entries(part.skipped))
      total.skipped[reason] = (total.skipped[reason] ?? 0) + number;
  }
  return total;
}

/** `12 files, 1,200 records, 1,180 events, 20 duplicates, 0 problems` */
export function describeProgress(progress: Progress): string {
  const parts = [
    count(progress.files, 'file'),
    count(progress.records, 'record'),
    count(progress.events, 'new event'),
    count(progress.duplicates, 'duplicate'),
    ...Object.entries(progress.skipped).map(([reason, number]) => `${grouped(number)} skipped (${reason})`),
    ...(progress.dropped > 0 ? [`${grouped(progress.dropped)} dropped by the drop list`] : []),
    count(progress.problems, 'problem'),
  ];
  return parts.join(', ');
}

function count(number: number, noun: string): string {
  return `${grouped(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** A whole number as `1,234,567`. The machine's own way loads tables of all languages first, which takes as long as a hundred events. */
export function grouped(number: number): string {
  return String(number).replace(/\B(?=(?:\d{3})+$)/g, ',');
}
