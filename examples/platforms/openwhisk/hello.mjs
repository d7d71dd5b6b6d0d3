// Apache OpenWhisk: one file, with `main` at its top level.
//   npx esbuild hello.mjs --bundle --platform=node --format=cjs --outfile=hello.js
//   wsk action create hello hello.js --kind nodejs:20 --web true
import { wrapAction } from '@sandscope/sdk/openwhisk';

export const main = wrapAction(function hello(params) {
  if (params.fail) return { error: 'asked to fail' };
  if (params.throw) throw new RangeError('asked to throw');
  return { greeting: `hello ${params.name ?? 'world'}` };
});
