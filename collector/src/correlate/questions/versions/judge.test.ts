import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../statistics/index.ts';
import { medianDifference } from './difference.ts';
import type { SandboxSample } from './evidence.ts';
import { judgeDeploy } from './judge.ts';
import type { Side } from './judge.ts';

const PLACE = { function: 'f', account_id: '', region: '', platform: '' };

interface Truth {
  readonly initMs?: number;
  readonly warmMs?: number;
  readonly errors?: number;
  readonly packageMs?: number;
  readonly sandboxes?: number;
}

/** Sandboxes with individual speeds, ten calls each. */
function side(version: string, truth: Truth, seed: number): Side {
  const { initMs = 200, warmMs = 20, errors = 0.01, packageMs = 30, sandboxes = 60 } = truth;
  const random = seededRandom(seed);
  const samples = Array.from({ length: sandboxes }, (): SandboxSample => {
    const speed = Math.exp(0.05 * random.normal());
    return {
      ...PLACE,
      version,
      memoryBytes: 2 ** 29,
      initMs: initMs * speed * Math.exp(0.05 * random.normal()),
      firstCallMs: 2 * warmMs * speed * Math.exp(0.1 * random.normal()),
      warmMs: Array.from({ length: 10 }, () => warmMs * speed * Math.exp(0.1 * random.normal())),
      memoryPeakBytes: 80e6 * Math.exp(0.02 * random.normal()),
      invocations: 10,
      errors: Array.from({ length: 10 }, () => random.uniform()).filter((at) => at < errors).length,
    };
  });
  const packages = Array.from({ length: 20 }, () => ({
    ...PLACE,
    version,
    name: 'left-pad',
    selfMs: packageMs,
  }));
  const counts = {
    ...PLACE,
    version,
    memoryBytes: 2 ** 29,
    fromMs: 0,
    toMs: 1,
    invocations: 10 * sandboxes,
    coldStarts: sandboxes,
    errors: 0,
    sandboxes,
  };
  return { counts, samples, packages };
}

describe('a deploy', () => {
  test('that loads more is worse, by how much and in which package', () => {
    const { verdict, changes, packages, summary } = judgeDeploy(
      side('1', {}, 1),
      side('2', { initMs: 250, packageMs: 80 }, 2),
    );
    expect(verdict).toBe('worse');
    const init = changes.find(({ metric }) => metric === 'init-ms')!;
    expect(init.verdict).toBe('worse');
    expect(init.difference!.low).toBeLessThan(50);
    expect(init.difference!.high).toBeGreaterThan(50);
    expect(init.difference!.low).toBeGreaterThan(30);
    expect(packages).toMatchObject([{ name: 'left-pad', differenceMs: 50 }]);
    expect(summary).toMatch(
      /^Version 2 changes initialisation by \+\d+ ms \(\+\d+ to \+\d+\).* \(left-pad: \+50 ms\)\.$/,
    );
  });

  test('that changes nothing is rarely held for one that does', () => {
    const verdicts = Array.from(
      { length: 40 },
      (_, seed) => judgeDeploy(side('1', {}, 100 + seed), side('2', {}, 200 + seed)).verdict,
    );
    expect(
      verdicts.filter((verdict) => verdict === 'worse' || verdict === 'better').length,
    ).toBeLessThanOrEqual(4);
  });

  test('that is faster, or fails, is told so', () => {
    const faster = judgeDeploy(side('1', {}, 1), side('2', { warmMs: 15 }, 2));
    expect(faster.changes.find(({ metric }) => metric === 'duration-ms')!.verdict).toBe('better');
    const [none, rare] = [0, 5e-4].map((errors) =>
      judgeDeploy(side('1', { errors }, 1), side('2', { errors }, 2)).missing.find(({ what }) =>
        what.includes('error rate'),
      ),
    );
    // With no failure at all the interval shrinks with the calls, not with their root: half a point needs some thousands.
    expect(none!.needed).toBeGreaterThan(2_000);
    expect(none!.needed).toBeLessThan(20_000);
    expect(rare?.needed ?? Infinity).toBeGreaterThan(2_000);
    const failing = judgeDeploy(side('1', { errors: 0 }, 1), side('2', { errors: 0.1 }, 2));
    expect(failing.changes.find(({ metric }) => metric === 'error-rate')).toMatchObject({ verdict: 'worse' });
  });

  test('of which little was seen is not judged, and it is said how much is needed', () => {
    const few = judgeDeploy(side('1', { sandboxes: 3 }, 1), side('2', { sandboxes: 60 }, 2));
    expect(few.verdict).toBe('not-enough-data');
    expect(few.missing[0]).toEqual({ what: 'sandboxes of each version', n: 3, needed: 6 });
    const some = judgeDeploy(side('1', { sandboxes: 8 }, 3), side('2', { sandboxes: 8 }, 4));
    const lack = some.missing.find(({ what }) => what.includes('initialisation'));
    expect(lack!.needed).toBeGreaterThan(lack!.n);
    expect(some.changes.find(({ metric }) => metric === 'init-ms')!.difference!.detectable).toBeGreaterThan(
      5,
    );
  });
});

test('intervals of a difference of medians hold it in most cases', () => {
  let covered = 0;
  for (let seed = 1; seed <= 60; seed += 1) {
    const random = seededRandom(seed);
    const draw = (shift: number): number[][] =>
      Array.from({ length: 40 }, () => {
        const own = random.normal();
        return Array.from({ length: 5 }, () => 100 + shift + own + random.normal());
      });
    const { low, high } = medianDifference(draw(0), draw(3))!;
    if (low <= 3 && high >= 3) covered += 1;
  }
  expect(covered).toBeGreaterThanOrEqual(54);
});
