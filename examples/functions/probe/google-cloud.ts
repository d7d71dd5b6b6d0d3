// npx esbuild google-cloud.ts --bundle --platform=node --format=cjs --external:@google-cloud/functions-framework --outfile=probe.js
// npx functions-framework --source probe.js --target answer
import { wrapHttpFunction } from '@sandscope/sdk/google-cloud';
import { probe } from './probe.ts';

interface Response {
  json(body: unknown): void;
}

export const answer = wrapHttpFunction(async (request: { readonly body?: unknown }, response: Response) => {
  response.json(await probe(request.body ?? {}));
});
