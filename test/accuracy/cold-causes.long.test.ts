import { describe, expect, it } from 'vitest';
import { CELLS } from './cells.ts';
import { dataSet, judgeAt } from './data-set.ts';
import { scoreStarts } from './score.ts';
import type { StartScore } from './score.ts';
import type { Scenario } from './simulator/scenario.ts';

const scored = (scenario: Scenario, seed = 1): StartScore => {
  const data = dataSet(scenario, seed);
  return scoreStarts(data, judgeAt(data, data.run.seconds)!);
};

const cell = (name: string): Scenario => {
  const found = CELLS.find(({ scenario }) => scenario.name === name);
  if (!found) throw new Error(`no scenario ${name}`);
  return found.scenario;
};

const BUSY = {
  law: { kind: 'soft', threshold: 320, width: 22 },
  order: 'most-recent',
  load: { kind: 'busy', rate: 3.5 },
} as const;

describe('why sandboxes were started', () => {
  it.each([
    cell('exponential 600, most-recent, steady'),
    cell('time-outs'),
    { ...cell('time-outs'), name: 'time-outs that only tell that they failed', tellsOutcomes: false },
    {
      ...cell('time-outs'),
      name: 'the same among exceptions that sandboxes survive',
      tellsOutcomes: false,
      exceptions: 0.05,
    },
    { ...cell('3 % slips'), name: 'exceptions alone', exceptions: 0.1 },
    cell('3 % slips'),
    { ...BUSY, name: 'deploys under load', hours: 8, deploys: [0.2, 0.4, 0.6, 0.8] },
  ])('$name: nearly all are named, and rightly', (scenario) => {
    const { starts, said, right } = scored(scenario);
    expect(starts).toBeGreaterThan(150);
    expect(said / starts).toBeGreaterThan(0.95);
    expect(right / said).toBeGreaterThan(0.97);
  });

  it('that go by age are told from those that idled, or not named', () => {
    const { said, right, starts } = scored({
      name: 'age',
      law: { kind: 'fixed', threshold: 600 },
      order: 'random',
      load: { kind: 'steady', rate: 1 },
      maxAge: 7_200,
    });
    expect(right / said).toBeGreaterThan(0.95);
    expect(said / starts).toBeGreaterThan(0.3);
  });

  it('are named less where spans are lost, and not wrongly', () => {
    const { starts, said, right } = scored(cell('exponential 600, 30 % lost'));
    expect(right / said).toBeGreaterThan(0.95);
    expect(said / starts).toBeLessThan(0.8);
  });
});
