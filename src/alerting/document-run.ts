import type { Document } from '../base/document.ts';
import { reasonOf, TrailhoundError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Operation, Position } from '../store/store.ts';
import { type ActionOrder, type ActionRun, actionMemories, runAction } from './action-run.ts';
import { appliesToEach } from './action-scope.ts';
import type { Alert } from './alert.ts';
import { lastClocks } from './alert-clock.ts';
import { alertEvent, isHistoric } from './alert-event.ts';
import { nextRunError, type RunError, recoveredRun } from './alert-run-error.ts';
import { documentPosition } from './cursor.ts';
import { type FoundDocuments, fetchArrived, fetchNewest } from './document-fetch.ts';
import type { DocumentQuery } from './document-input.ts';
import { documentMessageContext } from './document-message.ts';
import { type Finding, findingJson } from './finding.ts';
import { executionId, newUuid, uuidOf } from './identity.ts';
import { causeOf } from './inputs.ts';
import {
  type Change,
  type Judged,
  newAlert,
  type OpenAlerts,
  type Order,
  type Prepared,
  type RunPorts,
  resultJson,
  type Subject,
} from './run.ts';
import { findingsIndex } from './system-index.ts';
import type { Trigger } from './trigger.ts';

/**
 * The run of a document-level monitor: its queries are put to each document that arrived since the last run, once. Each one
 * found is a finding; each one that a trigger's expression selects is an alert of its own, which no later run changes.
 */
export async function prepareDocumentRun(
  subject: Subject,
  order: Order,
  upTo: Position,
  ports: RunPorts,
): Promise<Prepared> {
  const { cursor, monitor } = subject;
  const at = ports.clock.now();
  try {
    const from = cursor?.positions.get(documentPosition);
    const found =
      order.dryRun || from === undefined
        ? await fetchNewest(monitor, upTo, ports)
        : await fetchArrived(monitor, { after: Math.min(from, upTo), upTo }, ports);
    return { at, judge: (openAlerts) => judge(subject, order, found, at, ports, openAlerts) };
  } catch (error) {
    if (!(error instanceof TrailhoundError)) throw error;
    return { at, judge: (openAlerts) => failed(subject, order, error, at, ports, openAlerts) };
  }
}

interface Run {
  readonly subject: Subject;
  readonly order: Order;
  readonly found: FoundDocuments;
  readonly at: number;
  readonly ports: RunPorts;
  readonly execution: string;
  readonly queriesOf: ReadonlyMap<string, readonly DocumentQuery[]>;
}

async function judge(
  subject: Subject,
  order: Order,
  found: FoundDocuments,
  at: number,
  ports: RunPorts,
  openAlerts: OpenAlerts,
): Promise<Judged> {
  const { monitor, cursor } = subject;
  const execution = executionId(subject.id, at);
  const run: Run = { subject, order, found, at, ports, execution, queriesOf: queriesByDocument(found) };
  const findings: Finding[] = [];
  const changes: Change[] = [];
  const results: [string, Document][] = [];
  const errors: string[] = [];
  if (monitor.triggers.length === 0) findings.push(...findingsOf(run, ''));
  for (const trigger of monitor.triggers) {
    const judged = await judgeTrigger(run, trigger);
    results.push([trigger.id, judged.json]);
    findings.push(...judged.findings);
    changes.push(
      ...judged.alerts.map((open) => ({
        next: { reason: 'opened' as const, open, closed: undefined },
        current: undefined,
      })),
    );
    if (judged.error !== null) errors.push(`[${trigger.id}]: [${judged.error}] | `);
  }
  changes.push(
    ...(await runErrorChanges(run, errors.length > 0 ? `Trigger errors: ${errors.join('')}` : null, openAlerts)),
  );
  const matched = Object.fromEntries([...found.byQuery].map(([query, ids]) => [query.id, ids]));
  return {
    result: resultJson(subject, order, { results: [matched], error: null }, results, null),
    changes,
    operations: findings.map(findingWrite),
    cursor: cursor && { ...cursor, positions: new Map([[documentPosition, found.upTo]]) },
  };
}

/** The search itself failed: nothing was looked at, and one alert of the whole monitor says so. */
async function failed(
  subject: Subject,
  order: Order,
  error: TrailhoundError,
  at: number,
  ports: RunPorts,
  openAlerts: OpenAlerts,
): Promise<Judged> {
  const found: FoundDocuments = { byQuery: new Map(), documents: new Map(), upTo: 0 };
  const run: Run = { subject, order, found, at, ports, execution: executionId(subject.id, at), queriesOf: new Map() };
  const reason = reasonOf(error);
  return {
    result: resultJson(subject, order, { results: [], error: reason }, [], reason),
    changes: await runErrorChanges(run, causeOf(error), openAlerts),
    operations: [],
    cursor: subject.cursor,
  };
}

interface JudgedTrigger {
  readonly json: Document;
  readonly findings: readonly Finding[];
  readonly alerts: readonly Alert[];
  readonly error: string | null;
}

async function judgeTrigger(run: Run, trigger: Trigger): Promise<JudgedTrigger> {
  const { subject, found } = run;
  const expression = subject.compiled.expressions.get(trigger.id);
  if (!expression) throw new Error(`trigger ${trigger.id} was not compiled`);
  const error = expression.failure ?? null;
  const selected = error === null ? expression.select(found.byQuery) : [];
  const wanted = new Set(selected);
  // Strange but the original's: each trigger has findings of its own, for all documents that the queries found.
  const findings = findingsOf(run, trigger.id);
  const alerts = findings.flatMap((finding) => (wanted.has(nameOf(finding)) ? [alertOf(run, trigger, finding)] : []));
  const acted = await runActionsOn(run, trigger, alerts, findings);
  return {
    json: { name: trigger.name, triggeredDocs: selected, action_results: acted.json, error },
    findings,
    alerts: acted.alerts,
    error,
  };
}

async function runActionsOn(
  run: Run,
  trigger: Trigger,
  alerts: readonly Alert[],
  findings: readonly Finding[],
): Promise<{ readonly alerts: readonly Alert[]; readonly json: Document }> {
  const { subject, order, at, ports } = run;
  // Nobody is woken for history that was read in.
  const told = order.dryRun ? alerts : alerts.filter(({ evidence }) => !evidence.historic);
  const done = new Map<string, ActionRun[]>(told.map(({ id }) => [id, []]));
  const act = async (action: Trigger['actions'][number], about: readonly Alert[]): Promise<void> => {
    const [first] = about;
    const actionOrder: ActionOrder = {
      throttledBy: undefined,
      dryRun: order.dryRun,
      at,
      sending: {
        notifier: ports.notifier,
        wait: order.kind === 'asked',
        about: { monitorId: subject.id, triggerId: trigger.id, alertId: first?.id ?? '' },
        // The ids of alerts are the same when the run is repeated after a crash.
        occurrence: about.map(({ id }) => id).join(' '),
      },
    };
    const values = documentMessageContext({ ...run, trigger, alerts: about, findings });
    const result = await runAction(action, values, actionOrder);
    for (const { id } of about) done.get(id)?.push(result);
  };
  for (const action of trigger.actions) {
    if (appliesToEach(action) && told.length <= limits.actionableAlertsMax) {
      for (const alert of told) await act(action, [alert]);
    } else if (told.length > 0) {
      await act(action, told);
    }
  }
  return {
    alerts: alerts.map((alert) => ({ ...alert, actionResults: actionMemories(undefined, done.get(alert.id) ?? []) })),
    json: Object.fromEntries(
      [...done].flatMap(([id, runs]) =>
        runs.length === 0 ? [] : [[id, Object.fromEntries(runs.map((result) => [result.id, result.json]))]],
      ),
    ),
  };
}

function alertOf(run: Run, trigger: Trigger, finding: Finding): Alert {
  const { subject, at, execution, found } = run;
  const hit = found.documents.get(nameOf(finding));
  const clocks = hit && lastClocks([hit.source]);
  const alert = newAlert(subject, trigger, 'ACTIVE', at, execution, uuidOf('alert', finding.id));
  return {
    ...alert,
    findingIds: [finding.id],
    relatedDocIds: [nameOf(finding)],
    evidence: {
      ...alert.evidence,
      events: hit ? [alertEvent(hit)] : [],
      total: 1,
      historic: hit !== undefined && isHistoric(hit.source),
      lastMatch: at,
      clocks: clocks && { ...clocks, alerted: at },
    },
  };
}

/** One for each document. Their ids are the same when the run is repeated after a crash. */
function findingsOf({ subject, found, at, execution, queriesOf }: Run, triggerId: string): readonly Finding[] {
  return [...found.documents.values()].map(({ index, id, seqNo }) => ({
    id: subject.cursor ? uuidOf('finding', subject.id, triggerId, index, id, seqNo) : newUuid(),
    monitorId: subject.id,
    monitorName: subject.monitor.name,
    index,
    documentId: id,
    queries: queriesOf.get(`${id}|${index}`) ?? [],
    at,
    executionId: execution,
  }));
}

function nameOf({ documentId, index }: Finding): string {
  return `${documentId}|${index}`;
}

function queriesByDocument({ byQuery }: FoundDocuments): ReadonlyMap<string, readonly DocumentQuery[]> {
  const queries = new Map<string, DocumentQuery[]>();
  for (const [query, names] of byQuery) {
    for (const name of names) {
      const known = queries.get(name);
      if (known) known.push(query);
      else queries.set(name, [query]);
    }
  }
  return queries;
}

async function runErrorChanges(run: Run, message: string | null, openAlerts: OpenAlerts): Promise<readonly Change[]> {
  const { subject, at, execution, order } = run;
  if (order.dryRun || !subject.cursor) return [];
  const [current] = await openAlerts('');
  if (message === null) return current ? [{ next: recoveredRun(current, at), current }] : [];
  const error: RunError = { message, at };
  const fresh = (): Alert => {
    const trigger = { id: '', name: 'NoOp trigger', severity: '' };
    return newAlert(subject, trigger, 'ERROR', at, execution, `error-alert-${subject.id}-${newUuid()}`);
  };
  return [{ next: nextRunError(current, error, fresh), current }];
}

function findingWrite(finding: Finding): Operation {
  return { action: 'index', index: findingsIndex(finding.at), id: finding.id, document: findingJson(finding) };
}
