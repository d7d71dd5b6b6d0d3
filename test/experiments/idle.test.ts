import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Sample } from '@sandscope/probes/outside';
import type { FunctionInput } from '../../examples/local-platform/src/config/function.ts';
import type { PlatformHandle } from '../../examples/local-platform/src/platform.ts';
import { measure, probeFunction, startTruth, targetOf } from './harness.ts';

/** One second on the clock is this many seconds of the plan. */
const TIME_SCALE = 300;
const SECOND = 1_000;
const PERIOD = 400 * SECOND;
/** Sandboxes that become idle within this time of each other are one batch of the law that halves. */
const BATCH = 200 * SECOND;
let platform: PlatformHandle;

/** A batch according to its calls. */
interface Batch {
  /** How many sandboxes came back. */
  readonly warm: number;
  /** Bounds for the idle time of its sandboxes. */
  readonly least: number;
  readonly most: number;
  /** How far apart its sandboxes became idle. */
  readonly spread: number;
}

function batchOf(calls: readonly Sample[]): Batch {
  const first = calls.filter(({ role, outcome }) => role === 'first' && outcome === 'ok');
  const again = calls.filter(({ role }) => role === 'again');
  const ids = new Set(first.map(({ sandboxId }) => sandboxId));
  const idle = (from: number, to: number): number => (to - from) * TIME_SCALE;
  const ends = first.map(({ endMs = 0 }) => endMs);
  return {
    spread: idle(Math.min(...ends), Math.max(...ends)),
    warm: again.filter(({ sandboxId }) => ids.has(sandboxId)).length,
    least: idle(Math.max(...ends), Math.min(...again.map(({ sentMs }) => sentMs))),
    // A sandbox ends its call before its caller knows, and takes the next one before that is answered.
    most: idle(
      Math.min(...first.map(({ sentMs }) => sentMs)),
      Math.max(...again.map(({ endMs = 0 }) => endMs)),
    ),
  };
}

const kept = (name: string, expiry: NonNullable<FunctionInput['expiry']>): FunctionInput =>
  probeFunction(name, { expiry });

beforeAll(async () => {
  platform = await startTruth(
    [
      kept('backoff', { law: 'fixed', limitMillis: 600 * SECOND }),
      kept('warming', { law: 'fixed', limitMillis: 600 * SECOND }),
      // Sandboxes that become idle within half of the period form one batch: calls never end at the same moment.
      kept('halving', { law: 'halving', periodMillis: PERIOD, batchMillis: BATCH }),
    ],
    { timeScale: TIME_SCALE },
  );
});
afterAll(() => platform.stop());

// They mostly wait, and each has its own sandboxes.
describe.concurrent('experiments on idle sandboxes', () => {
  it('backoff finds the idle limit of the platform', async ({ expect }) => {
    const { summary, complete, verdict, counts } = await measure('backoff', targetOf(platform, 'backoff'), {
      set: ['waits=300s,900s'],
      timeScale: TIME_SCALE,
    });
    expect(complete).toBe(true);
    expect(counts).toMatchObject({ ok: 4, errors: {} });
    // On a busy machine it notices that an idle time was longer than planned, and repeats it.
    expect(Object.keys(counts.discarded).filter((reason) => reason !== 'disturbed')).toEqual([]);
    expect(summary.limit).toMatchObject({ kind: 'sharp', lowMs: 300 * SECOND, highMs: 900 * SECOND });
    expect(summary.startGround).toBe('answer');
    expect(verdict).toMatch(/^An idle sandbox is kept up to a limit between 5 min and 15 min\.$/);
  });

  it('eviction recovers halving with its period as an interval', async ({ expect }) => {
    const { summary, samples } = await measure('eviction', targetOf(platform, 'halving'), {
      set: ['initial=4', 'waits=200s,600s,1000s', 'repeats=1', 'hold=200ms'],
      timeScale: TIME_SCALE,
    });
    const counted = samples.filter(({ outcome }) => outcome === 'ok');
    const units = [...new Set(counted.map(({ unit }) => unit))];
    const batches = units.map((unit) => batchOf(counted.filter((sample) => sample.unit === unit)));
    expect(summary.batches).toBe(batches.length);
    // The platform takes sandboxes for several batches if this machine was too busy to end their calls together.
    if (batches.some(({ spread }) => spread > BATCH / 2)) return;
    for (const { warm, least, most } of batches) {
      // The next calls are sequential: a period may end between them.
      expect(warm).toBeLessThanOrEqual(Math.ceil(4 / 2 ** Math.floor(least / PERIOD)));
      expect(warm).toBeGreaterThanOrEqual(Math.ceil(4 / 2 ** Math.floor(most / PERIOD)));
    }
    expect(batches.reduce((sum, { warm }) => sum + warm, 0)).toBeLessThan(4 * batches.length);
    // The rest holds only if this machine was not too busy to tell how many periods a batch has seen.
    if (batches.some(({ least, most }) => Math.floor(least / PERIOD) < Math.floor(most / PERIOD))) return;
    expect(summary.period?.rSquared).toBe(1);
    expect(summary.period?.lowMs).toBeLessThan(PERIOD);
    expect(summary.period?.highMs).toBeGreaterThan(PERIOD);
  });

  it('warming holds one sandbox with one call at once, and as many as there are', async ({ expect }) => {
    const { summary } = await measure('warming', targetOf(platform, 'warming'), {
      set: ['interval=300s', 'rounds=2', 'pings=0,1,3', 'burst=3', 'repeats=1', 'hold=300ms'],
      timeScale: TIME_SCALE,
    });
    const held = summary.arms.map(({ pings, held: { value } }) => [pings, value]);
    expect(held).toEqual([
      [0, 0],
      [1, 1],
      [3, 3],
    ]);
  });
});
