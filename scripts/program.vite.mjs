// The program as a few files: to find and read seven hundred takes longer than a thousand events. Packages stay outside.
import { defineConfig } from 'vite';

export default defineConfig({
  build: {
    ssr: 'src/cli/main.ts',
    outDir: 'dist',
    target: 'node20',
    minify: false,
    rolldownOptions: {
      // All beside main.js: what stands above src/ and dist/ (content/, package.json) is found by `../../`.
      output: { entryFileNames: 'cli/[name].js', chunkFileNames: 'cli/[name]-[hash].js' },
    },
  },
  ssr: { external: true, target: 'node' },
});
