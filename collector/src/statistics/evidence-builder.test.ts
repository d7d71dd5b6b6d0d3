import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logLikelihood, observationCount } from './duration-evidence.ts';
import type { DurationEvidence } from './duration-evidence.ts';
import { EvidenceBuilder } from './evidence-builder.ts';
import { seededRandom, shuffle } from './random.ts';
import { exponential } from './test-fixtures.ts';
import { geometricEdges } from './time-grid.ts';

const halfLife = (evidence: DurationEvidence, life = 10): Float64Array[] => [
  Float64Array.from(evidence.edges, (edge) => 2 ** (-edge / life)),
];

describe('EvidenceBuilder', () => {
  it('writes likelihoods as sums over steps', () => {
    const builder = new EvidenceBuilder();
    builder.alive(5, 2);
    builder.ended(3, 8);
    builder.graded({ times: [4], levels: [0.1], until: 9 });
    builder.graded({ times: [4, 6], levels: [0.1, 0] });
    const evidence = builder.build();
    const s = (t: number): number => 2 ** (-t / 10);
    const want =
      2 * Math.log(s(5)) +
      Math.log(s(3) - s(8)) +
      // Apparently gone by 4; or between 4 and now with a tenth, or alive with a tenth.
      Math.log(1 - s(4) + 0.1 * (s(4) - s(9)) + 0.1 * s(9)) +
      Math.log(1 - s(4) + 0.1 * (s(4) - s(6)));
    expect(logLikelihood(evidence, halfLife(evidence))).toBeCloseTo(want, 12);
    expect(evidence.n).toBe(5);
  });

  it('puts equal observations together, in whatever order they come, to the last bit', () => {
    const random = seededRandom(8);
    const spells = Array.from({ length: 400 }, () => ({
      at: Math.ceil(exponential(random, 40)),
      kind: random.below(3),
    }));
    const build = (order: ArrayLike<number>, edges?: Float64Array): DurationEvidence => {
      const builder = new EvidenceBuilder({ ...(edges && { edges }), exactExtremes: 3 });
      for (let index = 0; index < order.length; index += 1) {
        const { at, kind } = spells[order[index]!]!;
        if (kind === 0) builder.alive(at);
        else if (kind === 1) builder.ended(at, at + 10);
        else builder.graded({ times: [at], levels: [0.01], until: at + 100 });
      }
      return builder.build();
    };
    const order = Uint32Array.from(spells.keys());
    for (const edges of [undefined, geometricEdges(1, 500, 1.1)]) {
      const first = build(order, edges);
      shuffle(order, random);
      expect(build(order, edges)).toEqual(first);
      expect(observationCount(first)).toBeLessThan(300);
      expect(first.n).toBe(400);
    }
  });

  it('loses little on a grid: alive is shared, bounds of an end go outwards', () => {
    const exact = new EvidenceBuilder();
    const coarse = new EvidenceBuilder({ edges: geometricEdges(1, 1_000, 1.04) });
    const random = seededRandom(3);
    const gaps = Float64Array.from({ length: 3_000 }, () => 1 + exponential(random, 30));
    for (const builder of [exact, coarse]) builder.aliveAll(gaps);
    const [a, b] = [exact.build(), coarse.build()];
    const [one, two] = [logLikelihood(a, halfLife(a, 50)), logLikelihood(b, halfLife(b, 50))];
    expect(Math.abs(two / one - 1)).toBeLessThan(1e-4);
    expect(observationCount(b)).toBeLessThan(190);
    expect(b.n).toBe(3_000);

    const ends = new EvidenceBuilder({ edges: [1, 2, 4, 8] });
    ends.ended(2.5, 3);
    const { edges, stepEdges } = ends.build();
    expect([...stepEdges].map((edge) => edges[edge])).toEqual([2, 4]);
  });

  it('keeps edges of their own for the extremes', () => {
    const builder = new EvidenceBuilder({ edges: [10, 100, 1_000], exactExtremes: 2 });
    for (const gap of [11, 333, 444, 222]) builder.alive(gap);
    for (const gone of [700, 650, 999]) builder.graded({ times: [gone], levels: [0.001], until: 5_000 });
    expect([...builder.build().edges]).toEqual([0, 10, 100, 333, 444, 650, 700, 1_000]);
  });

  it('takes an end beyond the grid for unknown, not for an end on it', () => {
    const builder = new EvidenceBuilder({ edges: [1, 2, 4] });
    builder.ended(2, 50);
    const evidence = builder.build();
    expect(logLikelihood(evidence, [Float64Array.of(1, 0.9, 0.5, 0.2)])).toBeCloseTo(Math.log(0.5), 12);
  });

  it('refuses what is no evidence', () => {
    const builder = new EvidenceBuilder();
    expect(() => builder.alive(NaN)).toThrow(RangeError);
    expect(() => builder.alive(-1)).toThrow(RangeError);
    expect(() => builder.ended(5, 4)).toThrow(RangeError);
    expect(() => builder.ended(0, 0)).toThrow(RangeError);
    expect(() => builder.alive(1, 1, 0)).toThrow(RangeError);
    expect(() => builder.ended(1, 2, 1, 1.5)).toThrow(RangeError);
    expect(() => builder.graded({ times: [5], levels: [0.5] })).toThrow(/come down to 0/);
    expect(() => builder.graded({ times: [5, 3], levels: [0.5, 0], until: 9 })).toThrow(/rise/);
    expect(() => builder.graded({ initial: 0, times: [], levels: [], until: 9 })).toThrow(/everything/);
    builder.alive(3, 0);
    expect(builder.build()).toMatchObject({ n: 0 });
  });

  it('has likelihoods between 0 and 1 for any survival', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 50 }), fc.double({ min: 0, max: 1, noNaN: true })), {
          maxLength: 5,
        }),
        fc.integer({ min: 1, max: 80 }),
        (signs, until) => {
          const builder = new EvidenceBuilder({ edges: geometricEdges(1, 60, 1.3), levelRatio: 1.05 });
          const sorted = signs.sort(([a], [b]) => a - b);
          let level = 1;
          const levels = sorted.map(([, ratio]) => (level *= ratio));
          builder.graded({ times: sorted.map(([time]) => time), levels, until });
          const evidence = builder.build();
          const likelihood = Math.exp(logLikelihood(evidence, halfLife(evidence)));
          expect(likelihood).toBeGreaterThan(0);
          expect(likelihood).toBeLessThanOrEqual(1 + 1e-12);
        },
      ),
    );
  });
});
