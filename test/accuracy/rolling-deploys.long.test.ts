import { describe, expect, it } from 'vitest';
import { LAWS } from './cells.ts';
import { dataSet, judgeAt } from './data-set.ts';
import { instanceOf } from './simulator/spans.ts';
import type { Load, Order, Scenario } from './simulator/scenario.ts';

const LOADS = {
  bursts: { kind: 'bursts', size: 12, apart: 600 },
  steady: { kind: 'steady', rate: 1 },
  busy: { kind: 'busy', rate: 3 },
  sparse: { kind: 'sparse', apart: 900 },
} as const satisfies Record<string, Load>;
const ORDERS: readonly Order[] = ['most-recent', 'random'];

/** Goodbyes by their true cause, and how many of them were taken for a deploy. */
interface Told {
  deploys: number;
  found: number;
  idle: number;
  wrong: number;
}

function toldIn(more: Partial<Scenario>, loads: readonly Load[]): Told {
  const told = { deploys: 0, found: 0, idle: 0, wrong: 0 };
  for (const law of Object.values(LAWS))
    for (const load of loads)
      for (const order of ORDERS) {
        const data = dataSet({ name: 'rolls', law, order, load, goodbyes: 1, hours: 12, ...more }, 1);
        const causeOf = new Map(data.run.sandboxes.map((one) => [instanceOf(one), one.cause]));
        for (const { key, ground, cause } of judgeAt(data, data.run.seconds)!.sandboxes) {
          if (ground !== 'goodbye') continue;
          const isDeploy = causeOf.get(key) === 'deploy';
          told[isDeploy ? 'deploys' : 'idle'] += 1;
          if (cause === 'deploy') told[isDeploy ? 'found' : 'wrong'] += 1;
        }
      }
  return told;
}

describe('goodbyes of a rolling deploy', () => {
  it.each([
    { apart: 1, changesVersion: false, atLeast: 0.9 },
    { apart: 5, changesVersion: false, atLeast: 0.9 },
    { apart: 20, changesVersion: false, atLeast: 0.9 },
    { apart: 60, changesVersion: false, atLeast: 0.65 },
    { apart: 1, changesVersion: true, atLeast: 0.95 },
    { apart: 20, changesVersion: true, atLeast: 0.9 },
    { apart: 60, changesVersion: true, atLeast: 0.75 },
  ])(
    '$apart s apart, new version: $changesVersion: at least $atLeast are told from idleness',
    ({ apart, changesVersion, atLeast }) => {
      const rolls = [0.31, 0.52, 0.83].map((at) => ({ at, apart, changesVersion }));
      const told = toldIn({ rolls }, [LOADS.bursts, LOADS.steady, LOADS.busy]);
      expect(told.deploys).toBeGreaterThan(500);
      expect(told.found / told.deploys).toBeGreaterThan(atLeast);
      expect(told.wrong / told.idle).toBeLessThan(0.015);
    },
  );

  it('are not seen where sandboxes merely idle out close together', () => {
    const { deploys, idle, wrong } = toldIn({}, Object.values(LOADS));
    expect(deploys).toBe(0);
    expect(idle).toBeGreaterThan(5_000);
    expect(wrong).toBe(0);
  });
});
