import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeFates } from './evictions.ts';
import type { Invocation } from './lifelines.ts';
import { goodbye, invocation, livesOf } from './test-lives.ts';

const S = 1000;
const cold = (sandboxId: string, startMs: number): Invocation =>
  invocation({ sandboxId, startMs, cold: true, initDurationMs: 100 });
const fate = (
  asOfMs: number,
  invocations: Invocation[],
  ends = [] as ReturnType<typeof goodbye>[],
  of = 'a',
) => judgeFates(livesOf(invocations, ends), asOfMs).fates.get(`f\0${of}`);

/** A function whose sandboxes are reused after gaps up to 10 s. */
const history = Array.from({ length: 40 }, (_, index) =>
  invocation({ sandboxId: 'h', startMs: index * 10 * S, ordinal: index + 1 }),
);

describe('fates', () => {
  it('confirms an eviction the sandbox told of', () => {
    const end = goodbye({ sandboxId: 'a', timeMs: 30 * S });
    expect(fate(60 * S, [cold('a', 0)], [end])).toEqual({
      state: 'confirmed',
      evictedProbability: 1,
      evicted: { afterMs: 10, beforeMs: 30 * S },
      cause: 'idle',
      reason: 'sigterm',
    });
  });

  it('never evicts a sandbox that is merely quiet', () => {
    expect(fate(2 * S, [cold('a', 0)])?.state).toBe('active');
    expect(fate(60 * S, [cold('a', 0)])?.state).toBe('idle');
    const long = fate(30 * 24 * 3600 * S, [cold('a', 0)]);
    expect(long?.state).toBe('idle');
    expect(long?.evicted).toBeUndefined();
    expect(long?.evictedProbability).toBeGreaterThan(0.9);
  });

  it('holds a sandbox evicted that cold starts passed over, within the interval they give', () => {
    const judged = fate(3700 * S, [cold('a', 0), cold('b', 3600 * S), cold('c', 3602 * S)]);
    expect(judged).toMatchObject({
      state: 'evicted',
      evicted: { afterMs: 10, beforeMs: 3600 * S },
      cause: 'idle',
    });
    expect(judged?.evictedProbability).toBeGreaterThan(0.95);
  });

  it('suspects it after one cold start where survival was likely', () => {
    const judged = fate(700 * S, [...history, cold('a', 395 * S), cold('b', 680 * S)]);
    expect(judged?.state).toBe('suspected');
    expect(judged?.evicted).toBeUndefined();
  });

  it('does not count a cold start decided on while the sandbox was busy', () => {
    const busyThen = invocation({ sandboxId: 'a', startMs: 0, endMs: 9_990, cold: true });
    const judged = fate(20 * S, [busyThen, cold('b', 10 * S), cold('c', 10 * S + 20)]);
    expect(judged?.state).toBe('idle');
    expect(judged?.evictedProbability).toBeLessThan(0.1);
  });

  it('does not hold siblings picked first against a sandbox for good', () => {
    // `a` is never needed while `b` serves everything, most recent first.
    const steady = Array.from({ length: 200 }, (_, index) =>
      invocation({ sandboxId: 'b', startMs: S + index * S, ordinal: index + 1 }),
    );
    expect(fate(202 * S, [cold('a', 0), ...steady])?.state).toBe('idle');
  });

  it('does not count cold starts of another version', () => {
    const next = [100, 101, 102].map((at) => Object.assign(cold(`n${at}`, at * S), { version: '2' }));
    expect(fate(200 * S, [cold('a', 0), ...next])?.state).toBe('idle');
    const end = goodbye({ sandboxId: 'a', timeMs: 150 * S });
    expect(fate(200 * S, [cold('a', 0), ...next], [end])).toMatchObject({
      state: 'confirmed',
      cause: 'deploy',
    });
  });

  it('takes everything back when the sandbox is used again', () => {
    const judged = fate(3700 * S, [
      cold('a', 0),
      cold('b', 3600 * S),
      cold('c', 3602 * S),
      invocation({ sandboxId: 'a', startMs: 3690 * S }),
    ]);
    expect(judged).toMatchObject({ state: 'idle' });
    expect(judged?.evicted).toBeUndefined();
  });

  it('gives probabilities and intervals in order, whatever the traffic', () => {
    const anyInvocation = fc.record({
      sandboxId: fc.constantFrom('a', 'b', 'c', 'd'),
      startMs: fc.integer({ min: 0, max: 600_000 }),
      cold: fc.constantFrom(true, false, undefined),
      initDurationMs: fc.option(fc.integer({ min: 0, max: 5000 }), { nil: undefined }),
      exportMs: fc.option(fc.integer({ min: 0, max: 5000 }), { nil: undefined }),
    });
    const anyEnd = fc.record({
      sandboxId: fc.constantFrom('a', 'b'),
      timeMs: fc.integer({ min: 0, max: 900_000 }),
    });
    fc.assert(
      fc.property(
        fc.array(anyInvocation, { minLength: 1 }),
        fc.array(anyEnd, { maxLength: 3 }),
        (given, ends) => {
          const lives = livesOf(given.map(invocation), ends.map(goodbye));
          const { fates } = judgeFates(lives, 700_000);
          expect(fates.size).toBe(lives.length);
          for (const { state, evictedProbability, evicted } of fates.values()) {
            expect(evictedProbability).toBeGreaterThanOrEqual(0);
            expect(evictedProbability).toBeLessThanOrEqual(1);
            expect(evicted !== undefined).toBe(state === 'evicted' || state === 'confirmed');
            const { afterMs = 0, beforeMs = 0 } = evicted ?? {};
            expect(beforeMs).toBeGreaterThanOrEqual(afterMs);
          }
        },
      ),
    );
  });
});
