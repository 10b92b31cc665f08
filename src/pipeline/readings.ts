import type { Clock } from '../base/clock.ts';
import { reasonOf } from '../base/errors.ts';
import type { Problem } from '../base/problem.ts';
import type { Ledger, Sharing, Skipped, Source, SourceOptions } from '../sources/source.ts';
import type { StoredDocument } from '../store/store.ts';
import type { EventWriter } from './event-writer.ts';
import { ingest } from './ingest.ts';
import type { Judge } from './judge.ts';
import { addProgress, newProgress, type Progress } from './progress.ts';

/** One source that is or was read. */
export interface Reading {
  readonly name: string;
  readonly progress: Progress;
  readonly state: 'reading' | 'watching' | 'done' | 'failing';
  /** Why it is failing. */
  readonly message?: string;
}

export interface ReadingPorts {
  /** Opens what the user named; throws when it is no source. */
  readonly open: (uri: string, options: SourceOptions) => Source;
  /** Reading it takes a while where many files are known: sources wait for it, nothing else does. */
  readonly ledger: Promise<Ledger>;
  /** With other processes that read the same lakes into one cluster. */
  readonly sharing?: Sharing | undefined;
  readonly judge: Judge;
  readonly writer: EventWriter;
  readonly stored: (documents: readonly StoredDocument[]) => Promise<void>;
  readonly problem: (problem: Problem) => void;
  readonly clock: Clock;
}

/** All sources of the program: reads them through the spine and tells how far each has come. */
export interface Readings {
  /** Reads until the signal aborts; with `once` until everything was read. Throws what the source throws. */
  read(uri: string, options: { readonly once: boolean; readonly signal: AbortSignal }): Promise<Progress>;
  all(): readonly Reading[];
  progress(): Progress;
}

export function createReadings(ports: ReadingPorts): Readings {
  const readings = new Map<string, Reading>();
  return {
    async read(uri, { once, signal }) {
      const progress = readings.get(uri)?.progress ?? newProgress();
      const show = (state: Reading['state'], message?: string): void => {
        readings.set(uri, { name: uri, progress, state, ...(message === undefined ? {} : { message }) });
      };
      show(once ? 'reading' : 'watching');
      const problem = (found: Problem): void => {
        progress.problems++;
        ports.problem(found);
      };
      try {
        const source = ports.open(uri, {
          once,
          ledger: await ports.ledger,
          sharing: ports.sharing,
          problem,
          skipped: countSkipped(progress, problem),
        });
        await ingest({ ...ports, source, problem, progress }, signal);
        show('done');
      } catch (error) {
        show('failing', reasonOf(error));
        throw error;
      }
      return progress;
    },
    all: () => [...readings.values()],
    progress: () => addProgress([...readings.values()].map(({ progress }) => progress)),
  };
}

/** A source tells the whole number after each pass over a bucket: only what came since the last pass is added. */
function countSkipped(progress: Progress, problem: (problem: Problem) => void): (skipped: Skipped) => void {
  const before = new Map<string, number>();
  return ({ place, reason, files }) => {
    const key = `${place} ${reason}`;
    const more = files - (before.get(key) ?? 0);
    before.set(key, files);
    if (more <= 0) return;
    progress.skipped[reason] = (progress.skipped[reason] ?? 0) + more;
    if (reason === 'foreign-message') return;
    problem({ place, message: `${more} file${more === 1 ? '' : 's'} skipped by name: ${reason}` });
  };
}
