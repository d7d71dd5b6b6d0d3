import type { ColdStartsEntry } from '../api/answers.ts';
import type { Draw, Mark } from '../canvas/chart.tsx';
import type { Token } from '../canvas/pen.ts';
import type { Phase } from '../verdicts.ts';
import { duration, share } from '../words.ts';

export const PHASES_HEIGHT = 152;

const PARTS = [
  ['platformMs', 'The platform', 'before the process starts'],
  ['runtimeMs', 'The runtime', 'the process starts'],
  ['moduleMs', 'Your modules', 'loaded before the first call'],
  ['firstCallMs', 'The first call', 'longer than warm ones'],
] as const;

/** The parts of a cold start, weighted by how many functions had; what nobody told is left out. */
export function phasesOf(functions: readonly ColdStartsEntry[]): {
  readonly list: readonly Phase[];
  readonly n: number;
  readonly hasPlatform: boolean;
} {
  const list: Phase[] = [];
  let known = 0;
  for (const [key, name, note] of PARTS) {
    const told = functions.filter(
      ({ phases, coldStarts }) => coldStarts > 0 && phases[key].value !== undefined,
    );
    const n = told.reduce((sum, { coldStarts }) => sum + coldStarts, 0);
    if (n === 0) continue;
    known = Math.max(known, n);
    const millis =
      told.reduce((sum, { phases, coldStarts }) => sum + coldStarts * (phases[key].value ?? 0), 0) / n;
    if (millis > 0) list.push({ name, note, millis, isInferred: key === 'platformMs' });
  }
  return { list, n: known, hasPlatform: list.some(({ isInferred }) => isInferred) };
}

const TONES: readonly Token[] = ['cold', 'cold2', 'cold3', 'warm'];

/** One bar of parts, from zero, each with its name under it. */
export const drawPhases =
  (phases: readonly Phase[]): Draw =>
  (pen, { width }) => {
    const all = phases.reduce((sum, { millis }) => sum + millis, 0) || 1;
    const marks: Mark[] = [];
    let [sum, tone] = [0, 0];
    for (const [index, { name, millis, note, isInferred }] of phases.entries()) {
      const [left, wide] = [(sum / all) * width, Math.max(2, (millis / all) * width - 2)];
      const colour = isInferred ? 'cold' : (TONES[Math.min(tone++, TONES.length - 1)] as Token);
      const edge = colour === 'cold3' ? 'cold2' : undefined;
      const y = 50 + index * 25;
      if (isInferred) {
        pen.hatch(left, 4, wide, 26, 'cold', 'cold');
        pen.hatch(0, y - 5, 12, 10, 'cold', 'cold');
      } else {
        pen.bar(left, 4, wide, 26, colour, edge);
        pen.bar(0, y - 5, 12, 10, colour, edge);
      }
      sum += millis;
      pen.text(name, 20, y, { colour: 'ink', size: 12, isBold: true });
      const at = 26 + pen.measure(name, 12, true);
      pen.text(note, at, y, { size: 12, width: Math.max(0, width - at - 132) });
      pen.text(duration(millis), width - 52, y, { colour: 'ink', size: 12, align: 'right' });
      pen.text(share(millis / all), width, y, { colour: 'ink', size: 12, align: 'right', isBold: true });
      marks.push({
        x: left + wide / 2,
        y: 17,
        halfWidth: wide / 2,
        halfHeight: 13,
        kind: 'other',
        says: () => [`${name}: ${duration(millis)}`, `${share(millis / all)} of a cold start, ${note}`],
      });
    }
    return { marks };
  };
