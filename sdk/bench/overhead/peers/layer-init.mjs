// The layer's preload on Node.js 24 and later, and on earlier versions for ES module handlers: its bundle, then the
// hook for `import`.
import { register } from 'node:module';

await import('./layer.cjs');
register('import-in-the-middle/hook.mjs', import.meta.url);
