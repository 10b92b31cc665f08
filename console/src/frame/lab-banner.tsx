import type { StatusAnswer } from '../../../src/api/wire.ts';
import { plainText } from '../parts/plain-text.ts';

/** Says that what one sees was played by the built-in lab, and where to attack it oneself. */
export function LabBanner({ status }: { status: StatusAnswer | undefined }) {
  if (!status?.lab) return null;
  const { buckets, api, state } = status.lab as Partial<typeof status.lab>;
  return (
    <aside class="lab-banner" aria-label="Lab mode">
      <p>
        <strong>Lab mode.</strong> These events come from a built-in lab, not from your AWS account.{' '}
        {state && <span>{plainText(state)}</span>}
      </p>
      {buckets && api && (
        <p class="lab-targets">
          Buckets <code>{plainText(buckets)}</code> API <code>{plainText(api)}</code>
        </p>
      )}
    </aside>
  );
}
