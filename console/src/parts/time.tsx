import { localTime } from './moment.ts';

/** A moment in the reader's zone, with its UTC form on hover. Events' own times come as ISO text, and may be no time. */
export function Time({ at }: { at: number | string | null | undefined }) {
  const date = at === null || at === undefined || at === '' ? undefined : new Date(at);
  if (!date || Number.isNaN(date.getTime())) return <span class="absent">–</span>;
  const iso = date.toISOString();
  return (
    <time class="time" dateTime={iso} title={`${iso} (UTC)`}>
      {localTime(date.getTime())}
    </time>
  );
}
