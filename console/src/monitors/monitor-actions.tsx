import { useEffect, useRef, useState } from 'preact/hooks';
import { acknowledgeAlerts } from '../alerts/acknowledge-dialog.tsx';
import { canAcknowledge } from '../alerts/alert-groups.ts';
import { navigate } from '../navigation.ts';
import { toast } from '../parts/announcements.tsx';
import { ConfirmDialog } from '../parts/dialog.tsx';
import { count } from '../parts/moment.ts';
import { plainText } from '../parts/plain-text.ts';
import { hrefs } from '../places.ts';
import { deleteMonitor, enableMonitor, fetchAlerts } from '../wire/alerting.ts';
import { reasonOf } from '../wire/client.ts';
import type { MonitorRow } from './monitor-rows.ts';

/** The Actions menu over the ticked monitors. */
export function MonitorActions({ rows, onDone }: { rows: readonly MonitorRow[]; onDone: () => void }) {
  const [deleting, setDeleting] = useState(false);
  const menu = useRef<HTMLDetailsElement>(null);
  useClosedOutside(menu);
  const act = (past: string, action: (row: MonitorRow) => Promise<unknown>) => () => {
    if (menu.current) menu.current.open = false;
    void actOnEach(rows, past, action).then(onDone);
  };
  const [only] = rows;
  const none = rows.length === 0;
  return (
    <>
      <details class="menu" ref={menu} data-disabled={none ? '' : undefined}>
        <summary class="button" data-test-subj="actionsButton" aria-disabled={none} tabIndex={none ? -1 : 0}>
          Actions
        </summary>
        <div class="menu-list">
          <button type="button" data-test-subj="acknowledgeItem" onClick={act('', acknowledgeAll)}>
            Acknowledge
          </button>
          <button
            type="button"
            data-test-subj="editItem"
            disabled={rows.length !== 1}
            onClick={() => only && navigate(hrefs.editMonitor(only.id))}
          >
            Edit
          </button>
          <button
            type="button"
            data-test-subj="enableItem"
            onClick={act('Enabled', (row) => enableMonitor(row.id, true))}
          >
            Enable
          </button>
          <button
            type="button"
            data-test-subj="disableItem"
            onClick={act('Disabled', (row) => enableMonitor(row.id, false))}
          >
            Disable
          </button>
          <button type="button" class="danger" data-test-subj="deleteItem" onClick={() => setDeleting(true)}>
            Delete
          </button>
        </div>
      </details>
      {deleting && !none && (
        <ConfirmDialog
          title={`Delete ${count(rows.length, 'monitor')}?`}
          action="Delete"
          onClose={() => setDeleting(false)}
          onConfirm={() => {
            setDeleting(false);
            act('Deleted', (row) => deleteMonitor(row.id))();
          }}
        >
          <p>Their open alerts end as deleted. This cannot be undone.</p>
          <ul>
            {rows.map((row) => (
              <li key={row.id}>{plainText(row.monitor.name)}</li>
            ))}
          </ul>
        </ConfirmDialog>
      )}
    </>
  );
}

/** Acts on one after the other and tells how it went. Never rejects. */
async function actOnEach(
  rows: readonly MonitorRow[],
  past: string,
  action: (row: MonitorRow) => Promise<unknown>,
): Promise<void> {
  let done = 0;
  for (const row of rows) {
    try {
      await action(row);
      done++;
    } catch (thrown) {
      toast(`${plainText(row.monitor.name)}: ${reasonOf(thrown)}`, 'failed');
    }
  }
  if (done > 0 && past) toast(`${past} ${count(done, 'monitor')}.`);
}

async function acknowledgeAll(row: MonitorRow): Promise<void> {
  const filter = { state: 'ACTIVE', severity: 'ALL', search: '', monitorId: row.id };
  const { alerts } = await fetchAlerts(filter);
  const open = alerts.filter(canAcknowledge);
  if (open.length > 0) await acknowledgeAlerts(open);
  else toast(`${plainText(row.monitor.name)} has no active alert.`);
}

/** A menu closes by a click elsewhere and by Escape. */
function useClosedOutside(menu: { readonly current: HTMLDetailsElement | null }): void {
  useEffect(() => {
    const close = (event: Event) => {
      const details = menu.current;
      if (!details?.open) return;
      if (event instanceof KeyboardEvent) {
        if (event.key !== 'Escape') return;
        details.querySelector('summary')?.focus();
      } else if (event.target instanceof Node && details.contains(event.target)) return;
      details.open = false;
    };
    document.addEventListener('click', close);
    document.addEventListener('keydown', close);
    return () => {
      document.removeEventListener('click', close);
      document.removeEventListener('keydown', close);
    };
  }, [menu]);
}
