import { apiCases } from '../../src/api/cases.suite.ts';
import { caller } from '../../src/api/server.suite.ts';
import { clean, engines } from './engines.ts';

/** The cases of the API, held against both: a case that the original answers otherwise is wrong. */
const both = await engines();
for (const engine of both ? [both.real, both.ours] : []) {
  const start = async () => {
    await clean(engine);
    return caller(engine.url.replace(/\/$/, ''));
  };
  apiCases(`${engine.name}: `, start, engine.name);
}
