import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RECORDINGS } from '../../../test/support/recordings.ts';
import { seededRandom } from '../statistics/index.ts';
import { batchLaws } from './batch-laws.ts';
import type { Batch } from './batch.ts';
import { halvingPeriod } from './halving-period.ts';

const WAITS = [1, 60, 180, 300, 350, 370, 390, 500, 700, 760, 800, 1100, 1150, 1400, 1600].map(
  (s) => s * 1000,
);
const SIZES = [1, 2, 4, 8, 12, 16, 20];

type Law = (initial: number, idleMs: number, uniform: () => number) => number;
const each =
  (keeps: (idleMs: number, uniform: () => number) => boolean): Law =>
  (initial, idleMs, uniform) =>
    Array.from({ length: initial }, () => keeps(idleMs, uniform)).filter(Boolean).length;

const LAWS: Record<string, Law> = {
  halving: (initial, idleMs) => Math.ceil(initial / 2 ** Math.floor(idleMs / 375_000)),
  'one-step': each((idleMs) => idleMs <= 600_000),
  // Each sandbox has one limit or the other.
  'two-step': each((idleMs, uniform) => idleMs <= (uniform() < 0.5 ? 325_000 : 900_000)),
  exponential: each((idleMs, uniform) => uniform() < 2 ** (-idleMs / 500_000)),
};

function simulated(law: Law, seed: number): Batch[] {
  const random = seededRandom(seed);
  return SIZES.flatMap((initial) =>
    WAITS.map((waitMs) => ({
      initial,
      waitMs,
      idleMs: waitMs,
      warm: law(initial, waitMs, () => random.uniform()),
    })),
  );
}

describe('laws of batches', () => {
  it.each(Object.entries(LAWS))('finds %s and rejects the others', (name, law) => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const { identified, laws } = batchLaws(simulated(law, seed), 0.95);
      const kinds: Record<string, RegExp> = {
        halving: /^halving/,
        'one-step': /^(one|soft)-step$/,
        'two-step': /^two-step$/,
        exponential: /exponential$/,
      };
      expect(identified, `${name}, seed ${seed}: ${JSON.stringify(laws)}`).toMatch(kinds[name]!);
    }
  });

  it('gives the period as the interval that the waits leave open', () => {
    expect(halvingPeriod(simulated(LAWS['halving']!, 1))).toMatchObject({
      lowMs: 370_000,
      highMs: 380_000,
      rSquared: 1,
    });
  });

  it('says nothing where nothing was lost', () => {
    const batches = simulated((initial) => initial, 1);
    expect(batchLaws(batches, 0.95)).toEqual({ laws: [] });
    expect(halvingPeriod(batches)).toBeUndefined();
  });

  const file = join(RECORDINGS, 'sebs/aws-nodejs-128mb-eviction.csv');
  it.skipIf(!existsSync(file))(`halving on AWS in 2020, as its authors found (${file})`, () => {
    const [head = '', ...lines] = readFileSync(file, 'utf8').trim().split('\n');
    const columns = head.trim().split(',');
    const at = (name: string): number => columns.indexOf(name);
    const batches = lines.map((line) => {
      const cells = line.trim().split(',').map(Number);
      const idleMs = cells[at('idle_s')]! * 1000;
      return { initial: cells[at('d_init')]!, waitMs: idleMs, idleMs, warm: cells[at('warm')]! };
    });
    const { identified } = batchLaws(batches, 0.95);
    expect(identified).toMatch(/^halving/);
    expect(halvingPeriod(batches)).toMatchObject({ lowMs: 360_000, highMs: 380_000 });
  });
});
