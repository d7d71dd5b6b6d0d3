// What the layer preloads on Node.js 24 and later, and before for handlers that are ES modules: its bundle, then the hook
// for `import`.
import { register } from 'node:module';

await import('./layer.cjs');
register('import-in-the-middle/hook.mjs', import.meta.url);
