import { describe, expect, it } from 'vitest';
import { seededDraw } from '../chance.ts';
import type { Expired, ExpiryLaw, Mortal } from './law.ts';
import { parseExpiry, startLaws } from './registry.ts';

function start(spec: unknown, { timeScale = 1, seed = 1 } = {}): ExpiryLaw {
  const scaled = (millis: number): number => millis / timeScale;
  return startLaws(parseExpiry('expiry', spec), { scaled, draw: seededDraw(seed) })[0]!.rule;
}

const idle = (ordinal: number, idleSinceMillis = 0, idleTimes = 1): Mortal => ({
  ordinal,
  bornMillis: 0,
  idleSinceMillis,
  idleTimes,
});

/** The maximum idle times of that many sandboxes, in the order of birth, ms. */
function limitsOf(law: ExpiryLaw, count: number, idleTimes = 1): number[] {
  return Array.from({ length: count }, (_, index) => {
    const one = idle(index + 1, 0, idleTimes);
    law.idle(one);
    const limitMillis = law.nextMillis();
    law.gone(one);
    return limitMillis;
  });
}

/** The share of sandboxes whose limit is longer. */
const survival = (limits: readonly number[], millis: number): number =>
  limits.filter((limit) => limit > millis).length / limits.length;

/** Four standard deviations of a share of that many. */
const within = (ratio: number, count: number): number => 4 * Math.sqrt((ratio * (1 - ratio)) / count);

const COUNT = 4000;
const softSurvival = (t: number, s: number, g: number): number =>
  (1 + Math.exp(-t / s)) / (1 + Math.exp((g - t) / s));

describe('laws of one idle time', () => {
  it.each([
    [
      'soft',
      { law: 'soft', limitMillis: 320_000, spreadMillis: 22_000 },
      [250_000, 300_000, 320_000, 340_000, 390_000].map(
        (g) => [g, softSurvival(320_000, 22_000, g)] as const,
      ),
    ],
    [
      'soft, wide enough to be truncated at 0',
      { law: 'soft', limitMillis: 100, spreadMillis: 100 },
      [0, 50, 100, 300].map((g) => [g, softSurvival(100, 100, g)] as const),
    ],
    [
      'two-step',
      { law: 'two-step', firstMillis: 300, secondMillis: 900, firstRatio: 0.3 },
      [
        [299, 1],
        [300, 0.7],
        [899, 0.7],
        [900, 0],
      ] as const,
    ],
    [
      'exponential',
      { law: 'exponential', halfLifeMillis: 600 },
      [
        [300, Math.SQRT1_2],
        [600, 0.5],
        [1800, 0.125],
      ] as const,
    ],
    [
      'fixed',
      { law: 'fixed', limitMillis: 600 },
      [
        [599, 1],
        [600, 0],
      ] as const,
    ],
  ])('%s leaves the configured share', (_name, spec, shares) => {
    const limits = limitsOf(start(spec), COUNT);
    for (const [millis, ratio] of shares) {
      expect(Math.abs(survival(limits, millis) - ratio), `at ${millis}`).toBeLessThanOrEqual(
        within(ratio, COUNT),
      );
    }
  });

  it('draws once per sandbox, or each time it becomes idle', () => {
    const spec = { law: 'soft', limitMillis: 320, spreadMillis: 22 };
    expect(limitsOf(start(spec), 5, 2)).toEqual(limitsOf(start(spec), 5, 1));
    const each = { ...spec, drawn: 'per-idle-time' };
    expect(limitsOf(start(each), 5, 2)).not.toEqual(limitsOf(start(each), 5, 1));
    const exponential = { law: 'exponential', halfLifeMillis: 600 };
    expect(limitsOf(start(exponential), 5, 2)).not.toEqual(limitsOf(start(exponential), 5, 1));
  });

  it('draws the same limits with the same seed, and others with another seed', () => {
    const spec = { law: 'soft', limitMillis: 320, spreadMillis: 22 };
    expect(limitsOf(start(spec, { seed: 7 }), 5)).toEqual(limitsOf(start(spec, { seed: 7 }), 5));
    expect(limitsOf(start(spec, { seed: 8 }), 5)).not.toEqual(limitsOf(start(spec, { seed: 7 }), 5));
  });

  it('is accelerated by the time scale', () => {
    const spec = { law: 'soft', limitMillis: 320_000, spreadMillis: 22_000 };
    const slow = limitsOf(start(spec), 5);
    expect(limitsOf(start(spec, { timeScale: 100 }), 5)).toEqual(slow.map((millis) => millis / 100));
  });

  it('forgets sandboxes that are used again or have ended', () => {
    const law = start({ law: 'fixed', limitMillis: 600 });
    const [used, gone, left] = [idle(1), idle(2), idle(3)];
    for (const one of [used, gone, left]) law.idle(one);
    law.busy(used);
    law.gone(gone);
    expect(law.due(599)).toEqual([]);
    expect(law.due(600)).toEqual([{ sandbox: left, reason: 'idle', details: { limitMillis: 600 } }]);
    expect(law.nextMillis()).toBe(Infinity);
  });
});

describe('halving', () => {
  const SPEC = { law: 'halving', periodMillis: 380, batchMillis: 15 };
  const counts = (expired: readonly Expired[]): number => expired.length;

  it.each([1, 2, 3, 7, 16, 20])('leaves ⌈n/2^k⌉ of %i after k periods', (size) => {
    const law = start(SPEC);
    for (let n = 1; n <= size; n += 1) law.idle(idle(n, (n - 1) % 15));
    let left = size;
    for (let k = 1; k <= 5; k += 1) {
      left -= counts(law.due(k * 380));
      expect(left).toBe(Math.ceil(size / 2 ** k));
    }
    expect(law.nextMillis()).toBe(Infinity);
  });

  it('counts anew from when sandboxes become idle again after all were in use', () => {
    const law = start(SPEC);
    const all = [1, 2, 3, 4].map((n) => idle(n));
    for (const one of all) law.idle(one);
    for (const one of all) law.busy(one);
    for (const { ordinal } of all) law.idle(idle(ordinal, 10));
    expect(law.nextMillis()).toBe(390);
    expect(law.due(390)).toHaveLength(2);
  });

  it('catches up on missed periods', () => {
    const law = start(SPEC);
    for (let n = 1; n <= 8; n += 1) law.idle(idle(n));
    const expired = law.due(3 * 380);
    expect(expired.map(({ details }) => details)).toEqual([
      ...Array.from({ length: 4 }, () => ({ batch: 1, batchSize: 8, period: 1 })),
      ...Array.from({ length: 2 }, () => ({ batch: 1, batchSize: 4, period: 2 })),
      { batch: 1, batchSize: 2, period: 3 },
    ]);
    expect(new Set(expired.map(({ sandbox }) => sandbox)).size).toBe(7);
  });

  it('puts later idle sandboxes into another batch, and halves each batch separately', () => {
    const law = start(SPEC);
    for (let n = 1; n <= 4; n += 1) law.idle(idle(n, 0));
    for (let n = 5; n <= 8; n += 1) law.idle(idle(n, 100));
    const first = law.due(380);
    expect(first.map(({ sandbox }) => sandbox.ordinal <= 4)).toEqual([true, true]);
    const second = law.due(480);
    expect(second.map(({ sandbox }) => sandbox.ordinal > 4)).toEqual([true, true]);
  });

  it('halves the sandboxes that were not used since', () => {
    const law = start(SPEC);
    const batch = Array.from({ length: 8 }, (_, index) => idle(index + 1));
    for (const one of batch) law.idle(one);
    for (const one of batch.slice(0, 4)) law.busy(one);
    const expired = law.due(380).map(({ sandbox }) => sandbox.ordinal);
    expect(expired).toHaveLength(2);
    expect(expired.every((ordinal) => ordinal > 4)).toBe(true);
  });

  it('drops at random, not by age', () => {
    const dropped = new Map<number, number>();
    for (let seed = 0; seed < 300; seed += 1) {
      const law = start(SPEC, { seed });
      for (let n = 1; n <= 4; n += 1) law.idle(idle(n));
      for (const { sandbox } of law.due(380))
        dropped.set(sandbox.ordinal, (dropped.get(sandbox.ordinal) ?? 0) + 1);
    }
    for (let n = 1; n <= 4; n += 1)
      expect(Math.abs((dropped.get(n) ?? 0) / 300 - 0.5)).toBeLessThan(within(0.5, 300));
  });
});

describe('maximum age', () => {
  it('counts from birth, whether idle or busy', () => {
    const law = start({ law: 'maximum-age', limitMillis: 7200 });
    const old = { ...idle(1), bornMillis: 0 };
    const young = { ...idle(2), bornMillis: 100 };
    for (const one of [old, young]) law.born(one);
    law.idle(old);
    law.busy(old);
    expect(law.nextMillis()).toBe(7200);
    expect(law.due(7200)).toEqual([{ sandbox: old, reason: 'age', details: { limitMillis: 7200 } }]);
    expect(law.nextMillis()).toBe(7300);
    law.gone(young);
    expect(law.nextMillis()).toBe(Infinity);
  });
});
