import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { apiCases } from '../../src/api/cases.suite.ts';
import { caller } from '../../src/api/server.suite.ts';
import { type Program, serve } from '../program.ts';
import { clean, cleanAround, engines } from './engines.ts';

/** The cases of the API, held against both: a case that the original answers otherwise is wrong. */
const both = await engines();
for (const engine of both ? [both.real, both.ours] : []) {
  const start = async () => {
    await clean(engine);
    return caller(engine.url.replace(/\/$/, ''));
  };
  apiCases(`${engine.name}: `, start, engine.name);
}

/** And through this program with its documents in the real one: it passes requests and answers on as they come. */
if (both) {
  const { real } = both;
  const folder = mkdtempSync(join(tmpdir(), 'trailhound-engine-'));
  let program: Program | undefined;
  after(async () => {
    await program?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const start = async () => {
    if (program) {
      await cleanAround(real);
    } else {
      await clean(real);
      program = await serve(['--data', folder, '--engine', real.url]);
    }
    return caller(program.url.replace(/\/$/, ''));
  };
  apiCases('trailhound over opensearch: ', start, 'opensearch');
}
