import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../collector/src/statistics/index.ts';
import { drawLife, halvingLife, survivalOf } from './laws.ts';
import { play } from './platform.ts';
import type { Law, Load, Scenario } from './scenario.ts';
import { tell } from './spans.ts';

const BURSTS: Load = { kind: 'bursts', size: 12, apart: 600 };
const FIXED: Scenario = {
  name: 'fixed',
  law: { kind: 'fixed', threshold: 600 },
  order: 'most-recent',
  load: BURSTS,
};

describe('the simulator', () => {
  it('draws lives by the survival it states', () => {
    const laws: Exclude<Law, { kind: 'halving' }>[] = [
      { kind: 'soft', threshold: 320, width: 22 },
      { kind: 'two-step', first: 300, second: 900, kept: 0.4 },
      { kind: 'exponential', halfLife: 600 },
    ];
    for (const law of laws) {
      const random = seededRandom(4);
      const lives = Array.from({ length: 4_000 }, () => drawLife(law, random));
      for (const at of [100, 290, 310, 350, 600, 1_200]) {
        const share = lives.filter((life) => life > at).length / lives.length;
        expect(Math.abs(share - survivalOf(law)(at)), `${law.kind} at ${at}`).toBeLessThan(0.03);
      }
    }
  });

  it('halves batches', () => {
    const law = { kind: 'halving', period: 380, end: 1_900 } as const;
    const lives = Array.from({ length: 7 }, (_, place) => halvingLife(law, 7, place));
    for (const [at, left] of [
      [379, 7],
      [381, 4],
      [761, 2],
      [1_141, 1],
      [1_901, 0],
    ] as const) {
      expect(lives.filter((life) => life > at)).toHaveLength(left);
      expect(survivalOf(law, 7)(at) * 7).toBeCloseTo(left, 9);
    }
  });

  it('is the same for the same seed, and serves every call once', () => {
    const run = play(FIXED, 3);
    expect(play(FIXED, 3)).toEqual(run);
    expect(play(FIXED, 4)).not.toEqual(run);
    for (const { born, died = Infinity, calls } of run.sandboxes) {
      let before = born;
      for (const { start, end } of calls) {
        expect(start).toBeGreaterThanOrEqual(before);
        before = end;
      }
      expect(died).toBeGreaterThanOrEqual(before);
      expect(died < run.seconds ? died - before : 600).toBeCloseTo(600, 6);
    }
  });

  it('takes several calls at once only where it has slots', () => {
    const overlaps = (slots: number): number =>
      play({ ...FIXED, load: { kind: 'steady', rate: 1 }, hours: 1, slots }, 1).sandboxes.flatMap(
        ({ calls }) => calls.filter((call, at) => at > 0 && call.start < calls[at - 1]!.end),
      ).length;
    expect(overlaps(1)).toBe(0);
    expect(overlaps(4)).toBeGreaterThan(100);
  });

  it('ends a version with its deploy, says goodbye and loses spans as told', () => {
    const scenario: Scenario = { ...FIXED, deploys: [0.5], goodbyes: 1, lost: 0.1, doubled: 0.1, late: 0.2 };
    const run = play(scenario, 5);
    const half = run.seconds / 2;
    const first = run.sandboxes.filter(({ version }) => version === 1);
    expect(first.every(({ died = Infinity }) => died < half + 60)).toBe(true);
    expect(first.some(({ cause }) => cause === 'deploy')).toBe(true);
    const reports = tell(scenario, run, 5);
    const calls = run.sandboxes.reduce((sum, sandbox) => sum + sandbox.calls.length, 0);
    expect(reports.lost / calls).toBeGreaterThan(0.07);
    expect(reports.lost / calls).toBeLessThan(0.13);
    expect(reports.goodbyes).toHaveLength(run.sandboxes.filter(({ died }) => died !== undefined).length);
  });
});
