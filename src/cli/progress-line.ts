import { elapsedMs, systemClock } from '../base/clock.ts';
import { describeProgress, grouped, type Progress } from '../pipeline/progress.ts';
import type { Terminal } from './command.ts';

/** While something changes, one line of progress: each second on a terminal, each ten seconds in a log. */
export function everySecond(terminal: Terminal, progress: () => Progress): { stop(): void; seconds(): number } {
  const stopped = new AbortController();
  const elapsed = elapsedMs();
  const pauseMs = terminal.interactive ? 1000 : 10_000;
  const show = async (): Promise<void> => {
    let before = 0;
    while (!stopped.signal.aborted) {
      await systemClock.sleep(pauseMs, stopped.signal);
      const now = progress();
      if (stopped.signal.aborted || now.records === before) continue;
      const rate = ((now.records - before) * 1000) / pauseMs;
      before = now.records;
      terminal.note(
        `${describeProgress(now)}; ${rate < 10 ? Number(rate.toFixed(1)) : grouped(Math.round(rate))} events/s`,
      );
    }
  };
  void show();
  return { stop: () => stopped.abort(), seconds: () => elapsed() / 1000 };
}
