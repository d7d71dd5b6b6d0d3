import { describe, expect, it } from 'vitest';
import { CELLS } from './cells.ts';
import { playCell } from './play-cell.ts';
import type { Played } from './play-cell.ts';

/** The short form of `npm run bench:accuracy`: one run of a few scenarios. */
function played(name: string, seed = 1): Played {
  const cell = CELLS.findIndex(({ scenario }) => scenario.name === name);
  if (cell < 0) throw new Error(`no scenario ${name}`);
  return playCell(cell, seed, true);
}

const shareOf = (values: readonly boolean[]): number => values.filter(Boolean).length / values.length;

describe('the judge against the truth', () => {
  it.each([
    ['fixed 600, most-recent, bursts', 'most-recent'],
    ['halving 380, random, bursts', 'random'],
    ['two-step 300/900, round-robin, bursts', 'round-robin'],
  ])('%s', (name, order) => {
    const { moments, run } = played(name);
    const held = moments.flatMap((moment) => moment.held);
    const wasGone = moments.flatMap((moment) => moment.wasGone);
    expect(shareOf(wasGone.filter((_, index) => held[index]))).toBeGreaterThan(0.99);
    expect(shareOf(held.filter((_, index) => wasGone[index]))).toBeGreaterThan(0.95);
    expect(shareOf(moments.flatMap(({ covered }) => covered))).toBeGreaterThan(0.93);
    for (const { identified, known, alive } of moments) {
      expect(identified).toBe(known);
      expect(Math.abs(alive!.said - alive!.was)).toBeLessThan(3 * Math.sqrt(alive!.variance + 0.25));
    }
    expect(run.order.said).toBe(order);
    expect(run.family).toBe('right');
    expect(Math.abs(run.keepAlive!.ratio - 1)).toBeLessThan(0.05);
  });

  it('recognises sandboxes that take several calls, and does not guess', () => {
    for (const { scenario } of CELLS.filter(({ kind }) => kind === 'model')) {
      const { said, is } = played(scenario.name).run.model;
      expect(['unknown', is], scenario.name).toContain(said);
    }
  });

  it('recognises clones and clocks that were set', () => {
    for (const name of ['clones', 'clock steps']) {
      const { moments, run } = played(name);
      expect(
        moments.every(({ identified, known }) => identified === known),
        name,
      ).toBe(true);
      expect(run.model.said, name).toBe('one-to-one');
      expect(run.loss!.said, name).toBe(0);
    }
  });
});
