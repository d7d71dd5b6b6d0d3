import { describe, expect, it } from 'vitest';
import { EvidenceBuilder, geometricEdges, seededRandom } from '../../statistics/index.ts';
import { AllSurvived } from './survived-times.ts';
import type { BinnedTimes } from './survived-times.ts';

const EDGES = geometricEdges(1_000, 1e6, 1.1);
const COUNT = 5_000;

const random = seededRandom(7);
const fromMs = Float64Array.from({ length: COUNT }, () => 1e8 * random.uniform());
const idleMs = Float64Array.from({ length: COUNT }, (_, index) =>
  index % 10 === 0 ? EDGES[index % EDGES.length]! : Math.exp(4 + 11 * random.uniform()),
);
// Negative: a clock that was set puts the goodbye before the last use.
idleMs[3] = -5;
const batches = Uint16Array.from({ length: COUNT }, (_, index) => [1, 7, 24][index % 3]!);
const survived = new AllSurvived(fromMs, idleMs, batches);

/** The same numbers, from the builder of evidence. */
function binnedAnew(isOwn: (index: number) => boolean): BinnedTimes[] {
  const builder = new EvidenceBuilder({ edges: EDGES });
  for (const batch of [1, 7, 24])
    builder.aliveAll(
      idleMs.filter((_, index) => batches[index] === batch && isOwn(index)),
      batch,
    );
  const { until, weights, batches: batchOf, batchSizes } = builder.build();
  return Array.from(weights, (weight, index) => ({
    batch: batchSizes[batchOf[index]!]!,
    idleMs: EDGES[until[index]!]!,
    weight,
  }));
}

describe('survived idle times', () => {
  const cuts = [2e7, 5e7, 9e7];
  const isIn = (part: number) => (index: number) =>
    fromMs[index]! >= (cuts[part - 1] ?? -Infinity) && fromMs[index]! < (cuts[part] ?? Infinity);

  it('are counted on a grid like any evidence, however they are split', () => {
    expect(survived.split([])[0]!.binned(EDGES)).toEqual(binnedAnew(() => true));
    for (const [part, own] of survived.split(cuts).entries())
      expect(own.binned(EDGES)).toEqual(binnedAnew(isIn(part)));
  });

  it('are counted anew on another grid', () => {
    const [all] = survived.split([]);
    all!.binned(geometricEdges(1_000, 1e5, 2));
    expect(all!.binned(EDGES)).toEqual(binnedAnew(() => true));
  });

  it('have the longest of each part', () => {
    for (const [part, own] of survived.split(cuts).entries()) {
      const longest = [...idleMs].filter((_, index) => isIn(part)(index)).sort((a, b) => a - b);
      expect(own.longest(20, 0)).toEqual(longest.slice(-20));
      expect(own.count).toBe(longest.length);
      expect(own.longest(20, 1e9)).toEqual([]);
    }
  });
});
