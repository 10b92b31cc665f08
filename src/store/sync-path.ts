import { open } from 'node:fs/promises';

/** Makes a file durable, or the names in a folder: what was renamed into it is there after a loss of power too. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
