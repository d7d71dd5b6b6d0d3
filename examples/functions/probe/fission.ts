// npx esbuild fission.ts --bundle --platform=node --format=cjs --outfile=probe.js
// fission function create --name probe --env nodejs --code probe.js
import { wrapFission } from '@sandscope/sdk/fission';
import { probe } from './probe.ts';

export default wrapFission(async function answer(context: { readonly request: { readonly body?: unknown } }) {
  return { status: 200, body: JSON.stringify(await probe(context.request.body ?? {})) };
});
