import type { ColdStartsEntry } from '../api/answers.ts';
import type { Draw } from '../canvas/chart.tsx';
import type { Token } from '../canvas/pen.ts';
import type { Phase } from '../verdicts.ts';
import { duration } from '../words.ts';
import { drawParts } from './parts.ts';
import type { Part } from './parts.ts';

export const PHASES_HEIGHT = 152;

const PARTS = [
  ['platformMs', 'The platform', 'before the process starts'],
  ['runtimeMs', 'The runtime', 'the process starts'],
  ['moduleMs', 'Your modules', 'loaded before the first call'],
  ['firstCallMs', 'The first call', 'longer than warm ones'],
] as const;

/** Mean over functions, weighted by their cold starts; undefined if none reported it. */
function meanOf(
  functions: readonly ColdStartsEntry[],
  key: keyof ColdStartsEntry['phases'],
): { readonly millis: number; readonly n: number } | undefined {
  let [sum, n] = [0, 0];
  for (const { phases, coldStarts } of functions) {
    const { value } = phases[key];
    if (value === undefined) continue;
    sum += coldStarts * value;
    n += coldStarts;
  }
  return n === 0 ? undefined : { millis: sum / n, n };
}

/** The phases of a cold start over functions; unknown ones are left out. */
export function phasesOf(functions: readonly ColdStartsEntry[]): {
  readonly list: readonly Phase[];
  readonly n: number;
  /** Median of whole cold starts: their parts need not be long in the same ones, so it is not the sum of the parts. */
  readonly totalMs: number | undefined;
  readonly hasPlatform: boolean;
} {
  const list: Phase[] = [];
  let known = 0;
  for (const [key, name, note] of PARTS) {
    const mean = meanOf(functions, key);
    if (!mean) continue;
    known = Math.max(known, mean.n);
    if (mean.millis > 0) list.push({ name, note, millis: mean.millis, isInferred: key === 'platformMs' });
  }
  return {
    list,
    n: known,
    totalMs: meanOf(functions, 'totalMs')?.millis,
    hasPlatform: list.some(({ isInferred }) => isInferred),
  };
}

const TONES: readonly Token[] = ['cold', 'cold2', 'cold3', 'warm'];

/** One bar of parts, from zero, with the name of each below it. */
export function drawPhases(phases: readonly Phase[]): Draw {
  let tone = 0;
  const parts = phases.map(({ name, note, millis, isInferred = false }): Part => {
    const colour = isInferred ? 'cold' : (TONES[Math.min(tone++, TONES.length - 1)] as Token);
    return {
      name,
      note,
      amount: millis,
      colour,
      isHatched: isInferred,
      edge: colour === 'cold3' ? 'cold2' : undefined,
    };
  });
  return drawParts(parts, duration, 'a cold start');
}
