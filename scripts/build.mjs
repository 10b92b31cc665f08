// `npm run build`: src/ → dist/cli (JavaScript), console/ → dist/console (static files).
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './prepare.mjs';

rmSync(join(root, 'dist'), { recursive: true, force: true });
for (const config of ['scripts/program.vite.mjs', 'console/vite.config.ts']) {
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  run(process.execPath, [vite, 'build', '--config', config, '--logLevel', 'warn']);
}
writeFileSync(join(root, 'dist', '.built'), '');
