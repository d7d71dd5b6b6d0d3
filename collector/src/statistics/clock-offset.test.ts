import { describe, expect, it } from 'vitest';
import { clockEpochs, clockOffset } from './clock-offset.ts';
import type { CallStamps } from './clock-offset.ts';
import { seededRandom } from './random.ts';
import type { Random } from './random.ts';
import { exponential, ofPython, shareOf } from './test-fixtures.ts';

const ORIGIN = 1.7e12;

/** Calls about once a second, each way at least a millisecond. */
function calls(random: Random, count: number, offset: (elapsed: number) => number): CallStamps {
  const stamps = {
    sent: [] as number[],
    began: [] as number[],
    ended: [] as number[],
    received: [] as number[],
  };
  let at = ORIGIN;
  for (let call = 0; call < count; call += 1) {
    at += exponential(random, 1_000);
    const up = 1 + exponential(random, 20);
    const down = 1 + exponential(random, 20);
    stamps.sent.push(at);
    stamps.began.push(at + up + offset(at - ORIGIN));
    stamps.ended.push(at + up + 50 + offset(at - ORIGIN));
    stamps.received.push(at + up + 50 + down);
  }
  return stamps;
}

describe('clockOffset', () => {
  it("solves scipy's linear programs", () => {
    const { clocks } = ofPython;
    const found = clockOffset(clocks)!;
    expect(found.origin).toBeCloseTo(clocks.origin, 6);
    expect(found.margin).toBeCloseTo(clocks.margin, 6);
    expect(found.offset).toBeCloseTo(clocks.offset, 5);
    expect(found.drift).toBeCloseTo(clocks.drift, 10);
    expect(found.low).toBeCloseTo(clocks.low, 5);
    expect(found.high).toBeCloseTo(clocks.high, 5);
    expect(found.driftLow).toBeCloseTo(clocks.driftLow, 10);
    expect(found.driftHigh).toBeCloseTo(clocks.driftHigh, 10);
  });

  it('always holds the truth between its bounds, with stamps of real size', () => {
    const held = shareOf(100, 1, (random) => {
      const drift = (random.uniform() - 0.5) * 1e-4;
      const stamps = calls(random, 2 + random.below(300), (elapsed) => 6_000 + drift * elapsed);
      const { origin, low, high, driftLow, driftHigh } = clockOffset(stamps)!;
      const truth = 6_000 + drift * (origin - ORIGIN);
      const slack = 1e-3;
      return (
        low - slack <= truth && truth <= high + slack && driftLow - 1e-9 <= drift && drift <= driftHigh + 1e-9
      );
    });
    expect(held).toBe(1);
  });

  it('is the midpoint of a single exchange (Cristian 1989)', () => {
    const found = clockOffset({ sent: [0], began: [110], ended: [150], received: [60] })!;
    expect(found).toMatchObject({ offset: expect.closeTo(100, 9) as number, drift: 0, n: 1 });
    expect(found.margin).toBeCloseTo(10, 9);
  });

  it('needs bounds from both sides, and one line', () => {
    const queue = calls(seededRandom(2), 20, () => 50);
    expect(
      clockOffset({
        ...queue,
        received: queue.sent.constructor === Array ? Array.from(queue.sent, () => NaN) : [],
      }),
    ).toBeUndefined();
    expect(clockOffset({ sent: [], began: [], ended: [], received: [] })).toBeUndefined();
    expect(clockOffset(calls(seededRandom(3), 200, (elapsed) => (elapsed < 1e5 ? 0 : 500)))).toBeUndefined();
  });
});

describe('clockEpochs', () => {
  it('splits where a clock was set', () => {
    const stamps = calls(seededRandom(4), 2_000, (elapsed) =>
      elapsed < 5e5 ? 100 : elapsed < 1.2e6 ? -900 : 350,
    );
    const epochs = clockEpochs(stamps);
    expect(epochs.map(({ offset }) => Math.round(offset!.offset))).toEqual([100, -900, 350]);
    for (const [index, at] of [5e5, 1.2e6].entries()) {
      const { from } = epochs[index + 1]!;
      const first = Array.from(stamps.sent).findIndex((sent) => sent - ORIGIN >= at);
      expect(Math.abs(from - first)).toBeLessThanOrEqual(1);
    }
    expect(epochs[0]!.from).toBe(0);
    expect(epochs.at(-1)!.to).toBe(2_000);
  });

  it('keeps one epoch of a clock that only drifts, and none of no calls', () => {
    expect(clockEpochs(calls(seededRandom(5), 3_000, (elapsed) => 5 + 4e-5 * elapsed))).toHaveLength(1);
    expect(clockEpochs({ sent: [], began: [], ended: [], received: [] })).toEqual([]);
    expect(clockEpochs(calls(seededRandom(6), 1, () => 5))).toHaveLength(1);
  });
});
