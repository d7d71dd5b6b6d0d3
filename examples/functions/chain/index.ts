import { wrap } from '@sandscope/sdk';
import { readInput } from '../input.ts';
import { tellOf } from '../probe/facts.ts';

/** F(a, b) = a + b. Passes the result to the function at `nextUrl`, and returns that function's answer. */
async function chain(event: unknown) {
  const begun = tellOf();
  const { a, b, nextUrl } = readInput(event, { a: 'number', b: 'number', nextUrl: 'string' });
  const asked = performance.now();
  // As AWS's own client does, so that a platform can see that the calls belong together.
  const traceId = process.env['_X_AMZN_TRACE_ID'];
  const response = await fetch(nextUrl, {
    method: 'POST',
    body: JSON.stringify({ input: a + b }),
    ...(traceId !== undefined && { headers: { 'x-amzn-trace-id': traceId } }),
  });
  const answer = (await response.json()) as { result?: number };
  if (!response.ok || typeof answer.result !== 'number')
    throw new Error(`the next function was answered ${response.status} without a result`);
  const { result } = answer;
  return { result, sandscope: begun.end({ result, nextMs: performance.now() - asked }) };
}

export const handler = wrap(chain);
