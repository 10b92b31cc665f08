import { useState } from 'preact/hooks';
import type { MonitorAnswer } from '../../../src/api/wire.ts';
import { navigate } from '../navigation.ts';
import { toast } from '../parts/announcements.tsx';
import { EnabledBadge, SeverityBadge } from '../parts/badges.tsx';
import { CodeBlock } from '../parts/code-editor.tsx';
import { ConfirmDialog, Dialog } from '../parts/dialog.tsx';
import { Failed, Loading, StaleNotice } from '../parts/drawn-states.tsx';
import { saveJson } from '../parts/file-save.ts';
import { count } from '../parts/moment.ts';
import { plainText } from '../parts/plain-text.ts';
import { usePolled } from '../parts/polled.ts';
import { TableFrame } from '../parts/table-frame.tsx';
import { Time } from '../parts/time.tsx';
import { hrefs } from '../places.ts';
import { deleteMonitor, enableMonitor, fetchMonitor } from '../wire/alerting.ts';
import { reasonOf } from '../wire/client.ts';
import { MonitorAlerts } from './monitor-alerts.tsx';
import { scheduleText } from './monitor-draft.ts';
import { exportOf } from './monitor-export.ts';
import { questionOf, triggerBody } from './monitor-kind.ts';
import { typeText } from './monitor-table.tsx';
import { RunPanel } from './run-panel.tsx';

export function MonitorPage({ id }: { id: string }) {
  const polled = usePolled(id, (signal) => fetchMonitor(id, signal));
  const [runs, setRuns] = useState(0);
  const { data, error } = polled;
  if (!data) {
    return (
      <>
        <h1>Monitor</h1>
        {error ? <Failed what="The monitor" reason={error} retry={polled.reload} /> : <Loading what="the monitor" />}
      </>
    );
  }
  return (
    <>
      <MonitorHead answer={data} onChanged={polled.reload} />
      {error && <StaleNotice reason={error} />}
      <div class="columns">
        <Overview answer={data} />
        <RunPanel id={id} onRun={() => setRuns(runs + 1)} />
      </div>
      <Triggers answer={data} />
      <section class="panel" aria-labelledby="query-title">
        <h2 id="query-title">Query</h2>
        <CodeBlock label="Extraction query" code={JSON.stringify(questionOf(data.monitor).json, null, 2)} />
      </section>
      <MonitorAlerts id={id} runs={runs} />
    </>
  );
}

function MonitorHead({ answer, onChanged }: { answer: MonitorAnswer; onChanged: () => void }) {
  const [showing, setShowing] = useState<'nothing' | 'json' | 'delete'>('nothing');
  const [busy, setBusy] = useState(false);
  const { _id: id, monitor } = answer;
  const name = plainText(monitor.name);
  const hide = () => setShowing('nothing');
  const switchOn = async () => {
    setBusy(true);
    try {
      await enableMonitor(id, !monitor.enabled);
      toast(monitor.enabled ? 'Disabled the monitor.' : 'Enabled the monitor.');
    } catch (thrown) {
      toast(reasonOf(thrown), 'failed');
    }
    setBusy(false);
    onChanged();
  };
  const removeIt = async () => {
    setBusy(true);
    try {
      await deleteMonitor(id);
      toast(`Deleted ${name}.`);
      navigate(hrefs.monitors());
    } catch (thrown) {
      toast(reasonOf(thrown), 'failed');
      setBusy(false);
      hide();
    }
  };
  return (
    <div class="page-head">
      <div class="page-title">
        <h1>{name}</h1>
        <EnabledBadge enabled={monitor.enabled} />
      </div>
      <div class="buttons">
        <a class="button" href={hrefs.editMonitor(id)}>
          Edit
        </a>
        <button type="button" class="button" disabled={busy} onClick={switchOn}>
          {monitor.enabled ? 'Disable' : 'Enable'}
        </button>
        <button type="button" class="button" onClick={() => setShowing('json')}>
          Export as JSON
        </button>
        <button type="button" class="button button-danger-quiet" onClick={() => setShowing('delete')}>
          Delete
        </button>
      </div>
      {showing === 'json' && <ExportDialog answer={answer} onClose={hide} />}
      {showing === 'delete' && (
        <ConfirmDialog title={`Delete ${name}?`} action="Delete" busy={busy} onConfirm={removeIt} onClose={hide}>
          <p>Its open alerts end as deleted. This cannot be undone.</p>
        </ConfirmDialog>
      )}
    </div>
  );
}

function ExportDialog({ answer, onClose }: { answer: MonitorAnswer; onClose: () => void }) {
  const exported = exportOf(answer.monitor);
  return (
    <Dialog
      title={`View JSON of ${plainText(answer.monitor.name)}`}
      wide
      onClose={onClose}
      footer={
        <>
          <button type="button" class="button" onClick={onClose}>
            Close
          </button>
          <button type="button" class="button button-main" onClick={() => saveJson(answer.monitor.name, exported)}>
            Save as file
          </button>
        </>
      }
    >
      <p class="help">This is what OpenSearch and Trailhound take at POST /_plugins/_alerting/monitors.</p>
      <CodeBlock label="Monitor as JSON" code={JSON.stringify(exported, null, 2)} />
    </Dialog>
  );
}

function Overview({ answer: { _id, _version, monitor } }: { answer: MonitorAnswer }) {
  const counts = monitor.ui_metadata?.trailhound?.evaluate ?? 'opensearch';
  return (
    <section class="panel" aria-labelledby="overview-title">
      <h2 id="overview-title">Overview</h2>
      <dl class="facts">
        <Fact name="Monitor type">{typeText(monitor.monitor_type)}</Fact>
        <Fact name="Monitor definition type">Extraction Query</Fact>
        <Fact name="Schedule">{plainText(scheduleText(monitor.schedule))}</Fact>
        <Fact name="Each run counts">
          {monitor.monitor_type === 'doc_level_monitor'
            ? 'Each new document'
            : counts === 'arrived'
              ? 'What arrived since the last run'
              : 'Everything the query finds'}
        </Fact>
        <Fact name="Index">
          <code>{plainText(questionOf(monitor).indices.join(', ') || '–')}</code>
        </Fact>
        <Fact name="Last updated">
          <Time at={monitor.last_update_time} />
        </Fact>
        <Fact name="Monitor ID">
          <code>{plainText(_id)}</code>
        </Fact>
        <Fact name="Monitor version number">{_version}</Fact>
      </dl>
    </section>
  );
}

function Fact({ name, children }: { name: string; children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Triggers({ answer: { monitor } }: { answer: MonitorAnswer }) {
  return (
    <section class="panel" aria-labelledby="triggers-title">
      <h2 id="triggers-title">Triggers ({count(monitor.triggers.length)})</h2>
      {monitor.triggers.length === 0 ? (
        <p class="notice">Without a trigger this monitor raises no alert.</p>
      ) : (
        <TableFrame
          label="Triggers"
          rows={monitor.triggers.length}
          head={
            <tr>
              <th scope="col">Name</th>
              <th scope="col" class="number">
                Number of actions
              </th>
              <th scope="col">Severity</th>
              <th scope="col">Condition</th>
            </tr>
          }
        >
          {monitor.triggers.map(triggerBody).map((trigger, place) => (
            <tr key={trigger.id ?? place}>
              <td class="name">{plainText(trigger.name)}</td>
              <td class="number">{count(trigger.actions.length)}</td>
              <td>
                <SeverityBadge severity={trigger.severity} />
              </td>
              <td>
                <code>{plainText(trigger.condition.script.source)}</code>
              </td>
            </tr>
          ))}
        </TableFrame>
      )}
    </section>
  );
}
