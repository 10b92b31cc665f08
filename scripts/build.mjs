// `npm run build`: src/ → dist/ (JavaScript), console/ → dist/console (static files).
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './prepare.mjs';

rmSync(join(root, 'dist'), { recursive: true, force: true });
run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json']);
run(process.execPath, [
  join(root, 'node_modules', 'vite', 'bin', 'vite.js'),
  'build',
  '--config',
  'console/vite.config.ts',
  '--logLevel',
  'warn',
]);
writeFileSync(join(root, 'dist', '.built'), '');
