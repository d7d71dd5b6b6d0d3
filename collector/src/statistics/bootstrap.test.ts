import { describe, expect, it } from 'vitest';
import { bootstrapClusters } from './bootstrap.ts';
import { exponential, ofPython, shareOf } from './test-fixtures.ts';

const meanOf =
  (sample: ArrayLike<number>) =>
  (counts: Uint32Array): number => {
    let sum = 0;
    let n = 0;
    for (const [index, count] of counts.entries()) {
      sum += count * sample[index]!;
      n += count;
    }
    return sum / n;
  };

describe('bootstrapClusters', () => {
  const { sample, percentile, BCa, standardError } = ofPython.bootstrap;

  it('agrees with scipy within the noise of resampling', () => {
    const plain = bootstrapClusters(sample.length, meanOf(sample), { replicates: 20_000 });
    const corrected = bootstrapClusters(sample.length, meanOf(sample), { replicates: 20_000, method: 'bca' });
    const width = percentile[1] - percentile[0];
    for (const [got, want] of [
      [plain.low, percentile[0]],
      [plain.high, percentile[1]],
      [corrected.low, BCa[0]],
      [corrected.high, BCa[1]],
    ] as const) {
      expect(Math.abs(got! - want)).toBeLessThan(0.03 * width);
    }
    expect(plain.standardError! / standardError).toBeCloseTo(1, 1);
  });

  it('repeats itself by seed', () => {
    const draw = (seed: number): unknown =>
      bootstrapClusters(sample.length, meanOf(sample), { seed, replicates: 50 });
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3)).not.toEqual(draw(4));
  });

  it('covers a mean of clusters that agree inside', () => {
    const covered = shareOf(300, 5, (random) => {
      const clusters = Array.from({ length: 40 }, () => exponential(random, 1));
      const { low, high } = bootstrapClusters(40, meanOf(clusters), {
        replicates: 300,
        seed: random.below(1e9),
        method: 'bca',
      });
      return low! <= 1 && 1 <= high!;
    });
    expect(covered).toBeGreaterThan(0.9);
    expect(covered).toBeLessThan(0.98);
  });

  it('keeps strata as they are', () => {
    const strata = [0, 0, 0, 1, 1];
    bootstrapClusters(
      5,
      (counts) => {
        expect(counts[0]! + counts[1]! + counts[2]!).toBe(3);
        expect(counts[3]! + counts[4]!).toBe(2);
        return 0;
      },
      { strata, replicates: 100 },
    );
  });

  it('gives no interval where there is nothing to resample', () => {
    expect(bootstrapClusters(1, () => 4)).toEqual({ value: 4, clusters: 1, replicates: 0 });
    expect(bootstrapClusters(3, () => undefined)).toEqual({ clusters: 3, replicates: 0 });
    const mostly = bootstrapClusters(3, (counts) => (counts[0] ? 1 : NaN));
    expect(mostly.low).toBeUndefined();
    expect(mostly.value).toBe(1);
  });
});
