import { wrap } from '@sandscope/sdk';
import { readInput } from '../input.ts';

/** F(a, b) = a + b. Takes `{"a": 1, "b": 2}` as the event, or in the body or the query of a function URL. */
async function add(event: unknown) {
  const { a, b } = readInput(event, { a: 'number', b: 'number' });
  return { result: a + b };
}

export const handler = wrap(add);
