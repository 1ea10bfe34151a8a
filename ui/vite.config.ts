import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Every web view that is supported reads woff2: the same fonts in two older forms stay out. */
const onlyWoff2: Plugin = {
  name: 'only-woff2',
  enforce: 'pre',
  transform: (css, id) =>
    /katex[^?]*\.css/.test(id)
      ? css.replace(/,\s*url\([^)]*\.(?:woff|ttf)\)\s*format\([^)]*\)/g, '')
      : null,
};

export default defineConfig({
  plugins: [onlyWoff2, react(), tailwindcss()],
  resolve: {
    alias: { '@': here('./src'), 'rehype-raw': here('./src/components/noRaw.ts') },
  },
  // Relative, so that the same files work under the shell's scheme and the server's root.
  base: './',
  clearScreen: false,
  server: { port: 5173, strictPort: true, host: '127.0.0.1' },
  build: {
    outDir: 'dist',
    target: ['safari16.4', 'chrome111'],
    modulePreload: { polyfill: false },
    // The content policy allows no data: scripts, and small files are cheap from disk.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      input: {
        index: here('./index.html'),
        pill: here('./pill.html'),
        popup: here('./popup.html'),
      },
    },
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['src/test-setup.ts'],
    restoreMocks: true,
  },
});
