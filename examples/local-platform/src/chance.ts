import { createHash } from 'node:crypto';

/**
 * A number between 0 and 1, both exclusive, that is always the same for the same keys: a draw for one sandbox does not
 * depend on draws for others, nor on the time.
 */
export type Draw = (...keys: readonly (string | number)[]) => number;

const RANGE = 2 ** 48;

/** Uniform draws of a seed: another seed gives other numbers for the same keys. */
export function seededDraw(...seed: readonly (string | number)[]): Draw {
  return (...keys) => {
    const digest = createHash('sha256')
      .update(JSON.stringify([...seed, ...keys]))
      .digest();
    return (digest.readUIntBE(0, 6) + 0.5) / RANGE;
  };
}
