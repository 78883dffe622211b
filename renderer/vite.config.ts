import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import type { UserConfig } from 'vite';

/** Relative addresses, so that the same files work at app://companion/ and at http://127.0.0.1:<port>/. */
export const rendererConfig: UserConfig = {
  root: import.meta.dirname,
  base: './',
  plugins: [react(), tailwindcss()],
  build: {
    outDir: '../out/renderer',
    emptyOutDir: true,
    target: 'chrome140',
    // The policy allows no inline anything: no data: addresses, no polyfill that fetches.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    reportCompressedSize: false,
  },
};

// eslint-disable-next-line import/no-default-export -- the form in which vite reads a configuration file
export default rendererConfig;
