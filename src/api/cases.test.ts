import { apiCases } from './cases.suite.ts';
import { startServer } from './server.suite.ts';

apiCases('', async (t) => (await startServer(t)).call);
