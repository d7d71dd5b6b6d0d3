import { linear } from '../canvas/axes.ts';
import type { Draw, Mark } from '../canvas/chart.tsx';
import { sorted } from '../parts/function-rows.ts';
import type { Row } from '../parts/function-rows.ts';
import { counted, duration, share } from '../words.ts';

/** Who causes most of the waiting? */
export function waitingVerdict(rows: readonly Row[]): string {
  const [first] = sorted(rows, '-waited');
  const all = rows.reduce((sum, { waited = 0 }) => sum + waited, 0);
  if (rows.every(({ waited }) => waited === undefined)) return 'What callers waited is not known.';
  if (!first || all === 0) return 'Nobody waited for a cold start.';
  return `${first.summary.function}: ${duration(first.waited ?? 0)}, ${share((first.waited ?? 0) / all)} of all waiting.`;
}

/** One bar of all waiting time; the part that the verdict names is darkest. */
export const drawWaiting =
  (rows: readonly Row[], open: (name: string) => void): Draw =>
  (pen, { width }) => {
    const some = sorted(rows, '-waited').filter(({ waited }) => (waited ?? 0) > 0);
    const all = some.reduce((sum, { waited = 0 }) => sum + waited, 0);
    const x = linear(0, all || 1, 0, width);
    const marks: Mark[] = [];
    let [sum, named] = [0, 0];
    for (const { summary, waited = 0 } of some) {
      const [left, wide] = [x(sum), x(waited) - 2];
      const isNamed = named < 0.8 * all;
      if (wide >= 1) {
        pen.bar(left, 6, wide, 28, isNamed ? 'cold' : 'cold3', isNamed ? undefined : 'cold2');
        if (wide > 60) {
          const colour = isNamed ? 'card' : 'ink';
          const length = Math.min(pen.measure(summary.function, 11, true), wide - 16);
          pen.text(summary.function, left + 8, 20, { colour, isBold: true, width: wide - 16 });
          if (wide - length > 100) pen.text(duration(waited), left + 18 + length, 20, { colour });
        }
      }
      const name = summary.function;
      marks.push({
        x: left + wide / 2,
        y: 20,
        halfWidth: wide / 2,
        halfHeight: 14,
        kind: 'other',
        open: () => open(name),
        opens: 'its cold starts',
        says: () => [
          name,
          `callers waited ${duration(waited)}, ${share(waited / all)} of all`,
          `${counted(summary.cold, 'cold start')}, ${duration(summary.coldStart?.costMs ?? 0)} each`,
        ],
      });
      sum += waited;
      named += waited;
    }
    return { marks };
  };
