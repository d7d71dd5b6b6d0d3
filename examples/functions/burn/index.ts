import { createHash } from 'node:crypto';
import { wrap } from '@sandscope/sdk';
import { InputError, readInput } from '../input.ts';

const MAX_MILLISECONDS = 60_000;
const MAX_ROUNDS = 10_000_000;

/**
 * Keeps one CPU busy: for `{"milliseconds": 50}`, or for `{"rounds": 1000}` of SHA-256 over its own output, which is
 * the same work everywhere and so shows the speed of the machine.
 */
async function burn(event: unknown) {
  const { milliseconds, rounds } = readInput(event, { milliseconds: 'number?', rounds: 'number?' });
  if ((milliseconds === undefined) === (rounds === undefined))
    throw new InputError('send either milliseconds or rounds');
  if ((milliseconds ?? 0) < 0 || (milliseconds ?? 0) > MAX_MILLISECONDS)
    throw new InputError(`milliseconds must be from 0 to ${MAX_MILLISECONDS}, not ${milliseconds}`);
  if ((rounds ?? 0) < 0 || (rounds ?? 0) > MAX_ROUNDS)
    throw new InputError(`rounds must be from 0 to ${MAX_ROUNDS}, not ${rounds}`);

  const began = performance.now();
  const isDone = (done: number): boolean =>
    rounds === undefined ? performance.now() - began >= milliseconds! : done >= rounds;
  let digest: Buffer = Buffer.alloc(32);
  let done = 0;
  for (; !isDone(done); done += 1) digest = createHash('sha256').update(digest).digest();
  return { rounds: done, milliseconds: performance.now() - began, digest: digest.toString('hex') };
}

export const handler = wrap(burn);
