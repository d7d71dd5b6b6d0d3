// Apache OpenWhisk: one file, bundled with the package.
//   npx esbuild hello.mjs --bundle --platform=node --format=cjs --outfile=hello.js
//   wsk action create hello hello.js --kind nodejs:20 --web true
import { wrapAction } from '@sandscope/sdk/openwhisk';

function main(params) {
  if (params.fail) return { error: 'asked to fail' };
  if (params.throw) throw new RangeError('asked to throw');
  if ('answer' in params) return params.answer ?? undefined;
  return { greeting: `hello ${params.name ?? 'world'}` };
}

exports.main = wrapAction(main);
