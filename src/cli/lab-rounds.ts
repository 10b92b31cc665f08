import { copyFile, mkdir, mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { openApp } from '../app.ts';
import { systemClock } from '../base/clock.ts';
import { text } from '../base/document.ts';
import { reasonOf } from '../base/errors.ts';
import { keptLog } from '../base/log.ts';
import { parseConfig } from '../config/config.ts';
import type { Attack, Play } from '../lab/attack.ts';
import { type Lab, openLab } from '../lab/lab.ts';
import { playSteps } from '../lab/play.ts';
import { openMemory } from '../store/memory.ts';
import { labTemplates, trailStack, trailTemplate } from './lab-content.ts';

/** One play and what the monitors made of what it left. */
export interface Round {
  readonly id: string;
  readonly kind: 'attack' | 'twin';
  readonly title: string;
  readonly fired: readonly string[];
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  readonly events: number;
  /** Why it could not be played. */
  readonly error: string | undefined;
}

/**
 * Plays attacks and their twins in a lab of their own, and shows each one's records, and no others, to the shipped monitors
 * (and those of `monitors`) in a store that ends with the round. `each` is told of every round.
 */
export async function playRounds(
  attacks: readonly Attack[],
  monitors: readonly string[],
  each: (round: Round) => void,
  signal: AbortSignal,
): Promise<readonly Round[]> {
  const folder = await mkdtemp(join(tmpdir(), 'trailhound-lab-'));
  const lab = await openLab({ dir: join(folder, 'lab'), clock: systemClock, log: keptLog(), port: 0 });
  const rounds: Round[] = [];
  try {
    await lab.deploy(trailStack, trailTemplate());
    for (const attack of attacks) {
      for (const [kind, play] of [
        ['attack', attack],
        ['twin', attack.twin],
      ] as const) {
        if (!play || signal.aborted) continue;
        const round = await playRound(
          lab,
          join(folder, `round-${rounds.length}`),
          attack.id,
          kind,
          play,
          monitors,
          signal,
        );
        rounds.push(round);
        each(round);
      }
    }
    return rounds;
  } finally {
    await lab.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function playRound(
  lab: Lab,
  folder: string,
  id: string,
  kind: Round['kind'],
  play: Play,
  monitors: readonly string[],
  signal: AbortSignal,
): Promise<Round> {
  const target = { url: lab.url, templates: labTemplates(), clock: systemClock };
  const nothing = { id, kind, title: play.title, fired: [], missing: play.fires, unexpected: [], events: 0 };
  let made = {};
  try {
    made = await playSteps(target, play.warmUp);
    await lab.flush();
    const before = new Set(await filesBelow(lab.dataLake));
    made = await playSteps(target, play.detonate, made);
    await lab.flush();
    const left = (await filesBelow(lab.dataLake)).filter((file) => !before.has(file));
    const { fired, events } = await watch(lab.dataLake, left, folder, monitors, signal);
    return {
      ...nothing,
      fired,
      missing: play.fires.filter((name) => !fired.includes(name)),
      unexpected: fired.filter((name) => !play.fires.includes(name)),
      events,
      error: undefined,
    };
  } catch (error) {
    return { ...nothing, error: reasonOf(error) };
  } finally {
    await playSteps(target, play.revert, made).catch(() => undefined);
    await lab.flush();
  }
}

/** The names of the monitors that raise an alert on these files of the lake. */
async function watch(
  lake: string,
  files: readonly string[],
  folder: string,
  monitors: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly fired: readonly string[]; readonly events: number }> {
  const copies = join(folder, 'lake');
  await mkdir(copies, { recursive: true });
  for (const [number, file] of files.entries()) {
    const copy = join(copies, `${number}-${file.split('/').at(-1)}`);
    await copyFile(join(lake, file), copy);
    // A file that stood still for a minute is read at once.
    await utimes(copy, new Date(systemClock.now() - 60_000), new Date(systemClock.now() - 60_000));
  }
  const { value: config } = parseConfig([
    {
      place: 'lab',
      values: {
        data: join(folder, 'data'),
        monitors: [...monitors],
      },
    },
  ]);
  const app = await openApp(config, { log: keptLog(), store: openMemory({ clock: systemClock }) });
  const stop = new AbortController();
  const running = app.run(stop.signal);
  try {
    const { events } = await app.ingest(copies, { once: true, signal });
    await app.alerting.settled();
    const { alerts } = await app.alerting.listAlerts({ size: 1000 });
    const fired = new Set(alerts.map((alert) => text(alert.monitor_name) ?? ''));
    return { fired: [...fired].sort(), events };
  } finally {
    stop.abort();
    await running;
    await app.close();
  }
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.gz') && !entry.parentPath.includes('CloudTrail-Digest'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}
