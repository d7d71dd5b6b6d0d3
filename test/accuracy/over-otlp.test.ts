import { expect, it } from 'vitest';
import { CELLS } from './cells.ts';
import type { Cell } from './cells.ts';
import { playOverOtlp } from './over-otlp.ts';

/** The short form of `npm run bench:accuracy -- --otlp 20`: one small data set with all kinds of spans and goodbyes. */
function everything(): Cell {
  const cell = CELLS.find(({ kind }) => kind === 'goodbyes')!;
  const scenario = {
    ...cell.scenario,
    hours: 1,
    goodbyes: 0.5,
    timeOuts: 0.05,
    restarts: 0.05,
    clockSteps: 0.02,
    lost: 0.05,
    doubled: 0.1,
    late: 0.1,
  };
  return { ...cell, scenario };
}

it('judges evidence from a collector like the same spans in process', async () => {
  const { spans, different } = await playOverOtlp([everything()], 1);
  expect(spans).toBeGreaterThan(50);
  expect(different).toEqual([]);
}, 120_000);
