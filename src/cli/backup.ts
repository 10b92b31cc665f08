import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { systemClock } from '../base/clock.ts';
import { TrailhoundError } from '../base/errors.ts';
import { keptLog } from '../base/log.ts';
import { type BackupSummary, restoreFolder } from '../store/backup.ts';
import { openEmbedded } from '../store/embedded.ts';
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

/** `trailhound restore DIR`: makes a data folder of a copy. */
export const restoreCommand: RegisterCommand = (program, terminal, exit) => {
  const command = program
    .command('restore')
    .description('make a data folder of a copy that "backup" made; the folder must be new or empty')
    .argument('<dir>', 'the folder with the copy')
    .option('--json', 'print what was restored as JSON');
  addDataFlags(command).action(async (dir: string, flags: SettingFlags & { json?: boolean }) => {
    const config = effectiveConfig(flags, terminal);
    if (!config) return exit(2);
    const made = await restoreFolder(dir, config.data);
    terminal.print(flags.json ? jsonLine(made) : `restored ${config.data} from ${dir}: ${describe(made)}`);
  });
};

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
