import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { skipN } from 'pure-rand/utils/skipN';

/** A seeded source of random numbers: the same seed gives the same numbers on every machine. */
export interface Random {
  /** Uniform in [0, 1), a multiple of 2^−53. */
  uniform(): number;
  /** Uniform whole number from 0 to n − 1. */
  below(n: number): number;
  /** Standard normal. */
  normal(): number;
}

/** States with mostly zero bits need some steps until the output looks random. */
const WARM_UP = 64;

/**
 * Random numbers by xoroshiro128+.
 *
 * @param seed any whole number; its low 32 bits count
 */
export function seededRandom(seed: number): Random {
  const generator = xoroshiro128plus(seed);
  skipN(generator, WARM_UP);
  const uniform = (): number => uniformFloat64(generator);
  return {
    uniform,
    below: (n) => Math.floor(uniform() * n),
    // Box and Muller, Annals of Mathematical Statistics 29 (1958). The second of the pair is discarded to keep no
    // state.
    normal: () => Math.sqrt(-2 * Math.log1p(-uniform())) * Math.cos(2 * Math.PI * uniform()),
  };
}

/** Shuffles values in place (Fisher and Yates). */
export function shuffle(values: { [index: number]: number; readonly length: number }, random: Random): void {
  for (let last = values.length - 1; last > 0; last -= 1) {
    const other = random.below(last + 1);
    const value = values[last]!;
    values[last] = values[other]!;
    values[other] = value;
  }
}
