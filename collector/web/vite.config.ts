import { defineConfig } from 'vite';
import { licences } from './licences.ts';

/** No inline scripts or styles, nothing from elsewhere: the page is served with a policy that refuses both. */
export default defineConfig({
  base: '/',
  plugins: [licences()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
