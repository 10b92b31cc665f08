import { randomBytes } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import type { Document } from '../base/document.ts';
import { limits } from '../base/limits.ts';
import type { RuleEngine, Tried } from '../rules/engine.ts';
import { ruleObject } from './document.ts';
import { logtestLine } from './logtest.ts';

/** Sessions of log tests: composite rules count over the events of one session, apart from those of the spine. */
export interface LogtestSessions {
  /** Judges one event in the session of the token, or in a new one where it is absent or unknown. */
  ask(request: LogtestRequest): LogtestReply;
  /** False when there is no such session. */
  end(token: string): boolean;
}

export interface LogtestRequest {
  readonly event: string;
  readonly location: string;
  readonly token: string | undefined;
}

export interface LogtestReply {
  readonly token: string;
  /** True when the token that was sent is not, or no longer, known. */
  readonly expired: boolean;
  readonly begun: boolean;
  /** The document as Wazuh's logtest shows it: with the rule of level 0 too, and the whole log. */
  readonly output: Document;
  readonly alert: boolean;
  readonly tried: readonly Tried[];
}

interface Session {
  readonly engine: RuleEngine;
  usedAt: number;
}

export function createLogtestSessions(parts: {
  readonly fresh: () => RuleEngine;
  readonly clock: Clock;
  readonly strict: boolean;
  readonly ruleTime: 'event' | 'receipt';
}): LogtestSessions {
  const sessions = new Map<string, Session>();
  let line = 0;
  return {
    ask({ event, location, token }) {
      const now = parts.clock.now();
      forgetIdle(sessions, now);
      const known = token === undefined ? undefined : sessions.get(token);
      const session = known ?? { engine: parts.fresh(), usedAt: now };
      const name = known && token !== undefined ? token : randomBytes(4).toString('hex');
      // The latest used one stands last: the first is the one to forget.
      sessions.delete(name);
      sessions.set(name, session);
      session.usedAt = now;
      const { engine } = session;
      const { clock, strict, ruleTime } = parts;
      const answer = logtestLine(event, 'logtest', ++line, { engine, clock, strict, ruleTime, location });
      return {
        token: name,
        expired: token !== undefined && !known,
        begun: !known,
        output: outputOf(answer, now, line),
        alert: answer.alert,
        tried: answer.tried,
      };
    },
    end: (token) => sessions.delete(token),
  };
}

function forgetIdle(sessions: Map<string, Session>, now: number): void {
  for (const [token, { usedAt }] of sessions) {
    if (now - usedAt <= limits.logtestIdleMs && sessions.size < limits.logtestSessionsMax) return;
    sessions.delete(token);
  }
}

function outputOf({ document, phases }: ReturnType<typeof logtestLine>, now: number, line: number): Document {
  const { match, decoder, log, location } = phases;
  return {
    timestamp: document?.timestamp ?? new Date(now).toISOString().replace('Z', '+0000'),
    ...(match ? { rule: ruleObject(match) } : {}),
    agent: { id: '000', name: 'logtest' },
    manager: { name: 'logtest' },
    id: document?.id ?? `${Math.floor(now / 1000)}.${line}`,
    full_log: log,
    decoder: decoder === '' ? {} : { name: decoder },
    ...(document ? { data: document.data } : {}),
    location,
  };
}
