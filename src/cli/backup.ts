import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { systemClock } from '../base/clock.ts';
import { TrailhoundError } from '../base/errors.ts';
import { keptLog } from '../base/log.ts';
import type { BackupSummary } from '../store/backup.ts';
import { openEmbedded } from '../store/embedded.ts';
import { checkLock } from '../store/folder-lock.ts';
import { type Restored, type StagedRestore, stageRestore } from '../store/restore.ts';
import type { RegisterCommand } from './command.ts';
import { askControl } from './control.ts';
import { jsonLine } from './json-line.ts';
import { addDataFlags, effectiveConfig, type SettingFlags } from './settings.ts';

/** `trailhound backup DIR`: copies the data folder, also while another process works in it. */
export const backupCommand: RegisterCommand = (program, terminal, exit) => {
  const command = program
    .command('backup')
    .description('copy the data folder, also while "serve" or "ingest" works in it')
    .argument('<dir>', 'a new folder for the copy')
    .option('--json', 'print what the copy holds as JSON');
  addDataFlags(command).action(async (dir: string, flags: SettingFlags & { json?: boolean }) => {
    const config = effectiveConfig(flags, terminal);
    if (!config) return exit(2);
    const made = await backUp(config.data, resolve(dir));
    terminal.print(flags.json ? jsonLine(made) : `backup of ${config.data} in ${dir}: ${describe(made)}`);
  });
};

/** `trailhound restore DIR`: makes a data folder of a copy, also one that a running `serve` goes on with. */
export const restoreCommand: RegisterCommand = (program, terminal, exit) => {
  const command = program
    .command('restore')
    .description('make a data folder of a copy that "backup" made; a running "serve" goes on with it')
    .argument('<dir>', 'the folder with the copy')
    .option('--replace', 'the data folder may hold something: it is kept beside, under another name')
    .option('--json', 'print what was restored as JSON');
  addDataFlags(command).action(async (dir: string, flags: SettingFlags & { json?: boolean; replace?: boolean }) => {
    const config = effectiveConfig(flags, terminal);
    if (!config) return exit(2);
    const made = await restore(config.data, resolve(dir), flags.replace === true);
    const kept = made.before === undefined ? '' : `; what it held is in ${made.before}`;
    terminal.print(flags.json ? jsonLine(made) : `restored ${config.data} from ${dir}: ${describe(made)}${kept}`);
  });
};

async function restore(dataDir: string, backup: string, replace: boolean): Promise<Restored> {
  const lock = join(dataDir, 'lock');
  try {
    checkLock(lock);
  } catch (error) {
    if (!(error instanceof TrailhoundError) || error.code !== 'data-folder-in-use') throw error;
    if (replace) return (await askControl(dataDir, 'restore', backup)) as Restored;
    throw new TrailhoundError(
      'bad-request',
      `${dataDir} is in use: --replace makes the process that holds it go on with the backup, and keeps what the folder held beside it; or restore into another folder with --data`,
    );
  }
  const staged = await stageChecked(backup, dataDir, replace);
  try {
    // Somebody may have come while files were copied.
    checkLock(lock);
    return await staged.putInPlace(systemClock.now());
  } finally {
    await staged.drop();
  }
}

/**
 * The folder that is made of a backup, opened once: what cannot be opened (a later version made it) is refused before anything
 * stops for it, and what an older version made is brought up to date.
 */
export async function stageChecked(backup: string, dataDir: string, replace: boolean): Promise<StagedRestore> {
  const staged = await stageRestore(backup, dataDir, replace);
  try {
    const store = await openEmbedded({ dir: staged.dir, clock: systemClock, log: keptLog() });
    await store.close();
    return staged;
  } catch (error) {
    await staged.drop();
    throw error;
  }
}

async function backUp(dataDir: string, target: string): Promise<BackupSummary> {
  if (!existsSync(join(dataDir, 'documents.sqlite'))) {
    throw new TrailhoundError('not-found', `there is no data folder "${dataDir}": check --data`);
  }
  let store: Awaited<ReturnType<typeof openEmbedded>>;
  try {
    store = await openEmbedded({ dir: dataDir, clock: systemClock, log: keptLog() });
  } catch (error) {
    if (!(error instanceof TrailhoundError) || error.code !== 'data-folder-in-use') throw error;
    return (await askControl(dataDir, 'backup', target)) as BackupSummary;
  }
  try {
    return await store.backup(target);
  } finally {
    await store.close();
  }
}

function describe({ documents, files, at }: BackupSummary): string {
  const megabytes = files.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
  return `${documents.toLocaleString('en')} documents as of ${new Date(at).toISOString()}, ${files.length} files, ${megabytes.toFixed(1)} MB`;
}
