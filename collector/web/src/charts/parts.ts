import type { Draw, Mark } from '../canvas/chart.tsx';
import type { Token } from '../canvas/pen.ts';
import { share } from '../words.ts';

/** A part of an amount. */
export interface Part {
  readonly name: string;
  readonly note: string;
  readonly amount: number;
  readonly colour: Token;
  /** Outline of a pale tone. */
  readonly edge?: Token | undefined;
  /** Inferred rather than reported. */
  readonly isHatched?: boolean | undefined;
}

const ROW = 25;
export const partsHeight = (parts: number): number => 52 + Math.max(1, parts) * ROW;

/** One bar of parts, from zero, with the name, amount and share of each below it. */
export const drawParts =
  (parts: readonly Part[], say: (amount: number) => string, of: string): Draw =>
  (pen, { width }) => {
    const all = parts.reduce((sum, { amount }) => sum + amount, 0) || 1;
    const marks: Mark[] = [];
    const paint = (x: number, y: number, wide: number, high: number, part: Part): void => {
      if (part.isHatched) pen.hatch(x, y, wide, high, part.colour, part.colour);
      else pen.bar(x, y, wide, high, part.colour, part.edge);
    };
    let sum = 0;
    for (const [index, part] of parts.entries()) {
      const { name, amount, note } = part;
      const [left, wide] = [(sum / all) * width, Math.max(2, (amount / all) * width - 2)];
      const y = 50 + index * ROW;
      paint(left, 4, wide, 26, part);
      paint(0, y - 5, 12, 10, part);
      sum += amount;
      pen.text(name, 20, y, { colour: 'ink', size: 12, isBold: true, width: width - 150 });
      const at = 26 + pen.measure(name, 12, true);
      pen.text(note, at, y, { size: 12, width: Math.max(0, width - at - 132) });
      pen.text(say(amount), width - 52, y, { colour: 'ink', size: 12, align: 'right' });
      pen.text(share(amount / all), width, y, { colour: 'ink', size: 12, align: 'right', isBold: true });
      marks.push({
        x: left + wide / 2,
        y: 17,
        halfWidth: wide / 2,
        halfHeight: 13,
        kind: 'other',
        says: () => [
          `${name}: ${say(amount)}`,
          `${share(amount / all)} of ${of}${note === '' ? '' : `, ${note}`}`,
        ],
      });
    }
    return { marks };
  };
