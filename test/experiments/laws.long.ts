import { describe, it } from 'vitest';
import type { FunctionInput } from '../../examples/local-platform/src/config/function.ts';
import { measure, probeFunction, startTruth, targetOf } from './harness.ts';

/** Slow enough that a delay of a second does not matter. */
const TIME_SCALE = 100;
const SECOND = 1_000;

const LAWS: readonly (readonly [string, NonNullable<FunctionInput['expiry']>, RegExp])[] = [
  ['halving', { law: 'halving', periodMillis: 380 * SECOND, batchMillis: 190 * SECOND }, /^halving/],
  ['fixed', { law: 'fixed', limitMillis: 600 * SECOND }, /^one-step$/],
  ['two-step', { law: 'two-step', firstMillis: 325 * SECOND, secondMillis: 900 * SECOND }, /^two-step$/],
];

// They mostly wait, and each has its own platform: at the same time they take a quarter of the time.
describe.concurrent('eviction', () => {
  it.for(LAWS)('identifies %s and rejects the other laws', async (law, { expect, onTestFinished }) => {
    const [name, expiry, found] = law;
    const platform = await startTruth([probeFunction('probe', { expiry })], { timeScale: TIME_SCALE });
    onTestFinished(() => platform.stop());
    const { summary, verdict } = await measure('eviction', targetOf(platform, 'probe'), {
      set: [
        'initial=2,4,8',
        'waits=60s,200s,280s,420s,500s,570s,700s,840s,950s,1330s',
        'repeats=2',
        'hold=300ms',
      ],
      timeScale: TIME_SCALE,
      maxDurationMs: 800_000,
    });
    expect(summary.identified, `${name}: ${verdict} ${JSON.stringify(summary.laws)}`).toMatch(found);
    if (name !== 'halving') return;
    expect(summary.period!.lowMs).toBeLessThanOrEqual(380 * SECOND);
    expect(summary.period!.highMs).toBeGreaterThanOrEqual(380 * SECOND);
    expect(summary.period!.highMs / summary.period!.lowMs).toBeLessThan(1.4);
  });
});

describe.concurrent('warming', () => {
  it('holds one sandbox with one call at once, whatever else was warm, and N with N', async ({
    expect,
    onTestFinished,
  }) => {
    const platform = await startTruth(
      [probeFunction('probe', { expiry: { law: 'fixed', limitMillis: 600 * SECOND } })],
      { timeScale: TIME_SCALE },
    );
    onTestFinished(() => platform.stop());
    const { summary } = await measure('warming', targetOf(platform, 'probe'), {
      set: ['pings=0,1,2,5', 'burst=5', 'rounds=4', 'repeats=3', 'hold=300ms'],
      timeScale: TIME_SCALE,
      maxDurationMs: 800_000,
    });
    expect(summary.arms.map(({ pings, held }) => [pings, held.value])).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
      [5, 5],
    ]);
  });
});

describe.concurrent('backoff', () => {
  it.for([240, 600, 1_200])('finds a limit of %i s', async (seconds, { expect, onTestFinished }) => {
    const platform = await startTruth(
      [probeFunction('probe', { expiry: { law: 'fixed', limitMillis: seconds * SECOND } })],
      { timeScale: TIME_SCALE },
    );
    onTestFinished(() => platform.stop());
    const { summary } = await measure('backoff', targetOf(platform, 'probe'), {
      set: ['waits=2min,5min,9min,11min,18min,22min'],
      timeScale: TIME_SCALE,
    });
    expect(summary.limit.kind).toBe('sharp');
    expect(summary.limit.lowMs).toBeLessThan(seconds * SECOND);
    expect(summary.limit.highMs).toBeGreaterThan(seconds * SECOND);
  });
});
