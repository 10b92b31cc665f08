import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { type Program, root, serve } from '../program.ts';
import { deliver } from '../records.ts';

/** The browser that the console's tests drive: Debian's, or the one that CHROMIUM names. */
const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** For tests that need a browser and a built console; the reason shows in the report. */
export const withBrowser = !existsSync(chromiumPath)
  ? { skip: `needs Chromium: ${chromiumPath} is not there (apt-get install chromium, or set CHROMIUM)` }
  : !existsSync(join(root, 'dist/console/index.html'))
    ? { skip: 'needs the built console: npm run build' }
    : {};

export interface Console {
  readonly program: Program;
  readonly browser: Browser;
  /** Delivers a trail file with these records into the watched data lake. */
  deliver(records: readonly unknown[]): void;
  close(): Promise<void>;
}

/** The real program on a folder of its own, watching a data lake, and a browser beside it. */
export async function startConsole(folder: string): Promise<Console> {
  const lake = join(folder, 'lake');
  mkdirSync(lake);
  const program = await serve(['--data', join(folder, 'data'), '--source', lake]);
  const browser = await launch();
  return {
    program,
    browser,
    deliver: (records) => void deliver(lake, records),
    close: async () => {
      await browser.close();
      await program.stop();
    },
  };
}

function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A page that remembers everything a good console never does: errors, dialogs, calls to other hosts. */
export interface WatchedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly faults: readonly string[];
}

export async function openPage(
  { browser, program }: Console,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({
    baseURL: program.url,
    viewport: { width: 1280, height: 900 },
    ...options,
  });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('console', (message) => {
    // The browser notes each refused call; the tests that provoke one look at what the page says of it.
    const refused = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !refused) faults.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(program.url) && !/^(data|blob|about):/.test(url)) faults.push(`call: ${url}`);
  });
  return { page, context, faults };
}
