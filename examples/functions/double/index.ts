import { wrap } from '@sandscope/sdk';
import { readInput } from '../input.ts';

/** G(x) = 2x. Takes `{"input": 21}` as the event, or in the body or the query of a function URL. */
async function double(event: unknown) {
  const { input } = readInput(event, { input: 'number' });
  return { result: 2 * input };
}

export const handler = wrap(double);
