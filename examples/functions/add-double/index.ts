import { wrap } from '@sandscope/sdk';
import { readInput } from '../input.ts';
import { tellOf } from '../probe/facts.ts';

/** G(F(a, b)) = 2(a + b): the work of `chain` and `double`, in one function. */
async function addDouble(event: unknown) {
  const begun = tellOf();
  const { a, b } = readInput(event, { a: 'number', b: 'number' });
  const result = 2 * (a + b);
  return { result, sandscope: begun.end({ result }) };
}

export const handler = wrap(addDouble);
