import { defineConfig } from 'vite';

/** The address of a running program, for `vite -c console/vite.config.ts` while one works on the console. */
const program = 'http://127.0.0.1:9400';

export default defineConfig({
  root: decodeURIComponent(new URL('.', import.meta.url).pathname),
  base: '/app/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../dist/console',
    emptyOutDir: true,
    target: 'es2022',
    // The server's content security policy allows files of its own only: nothing may become a data: address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: { '^/(_|wazuh-|\\.)': { target: program, changeOrigin: true, headers: { origin: program } } },
  },
});
