import type { CpuEntry } from '../api/answers.ts';
import type { Draw, Height, Mark } from '../canvas/chart.tsx';
import { causeOf, SIGNALS } from '../verdicts/cpu.ts';
import { nameOf } from '../verdicts/names.ts';
import type { SignalName } from '../verdicts/cpu.ts';
import { count, share } from '../words.ts';

const ROW = 46;
const TOP = 30;
/** On a small screen, a name and its sentence have a line of their own above the signals. */
const isSmall = (width: number): boolean => width < 460;
const LINE = 18;
const rowOf = (width: number): number => ROW + (isSmall(width) ? LINE : 0);

export const noiseHeight =
  (rows: number): Height =>
  (width) =>
    TOP + Math.max(1, rows) * rowOf(width) + 6;

export const levelWords = (signal: SignalName, mean: number): string =>
  signal === 'neighbours' ? mean.toFixed(2) : share(mean);

/** One row per function, one column per signal: how strong it is, and whether slow calls correlate with it. */
export const drawNoise =
  (entries: readonly CpuEntry[], open: (name: string) => void): Draw =>
  (pen, { width }) => {
    const isNarrow = isSmall(width);
    const label = isNarrow ? 0 : Math.min(230, width * 0.3);
    const step = (width - label) / SIGNALS.length;
    const wide = step - 14;
    for (const [column, [, words, short]] of SIGNALS.entries())
      pen.text(isNarrow ? short : words, label + column * step, 10, { width: wide });
    const marks: Mark[] = [];
    for (const [row, entry] of entries.entries()) {
      const above = TOP + row * rowOf(width);
      const top = above + (isNarrow ? LINE : 0);
      const words = nameOf(entry, entries);
      const name = { size: 13, isBold: true, colour: 'ink', keepsEnd: true } as const;
      pen.rect(0, above - 6, width, 1, 'rule');
      if (isNarrow) {
        const named = Math.min(pen.measure(words, 13, true), width * 0.6);
        pen.text(words, 0, above + 6, { ...name, width: named });
        pen.text(causeOf(entry), named + 8, above + 6, { colour: 'ink3', width: width - named - 8 });
      } else {
        pen.text(words, 0, top + 9, { ...name, width: label - 12 });
        pen.text(causeOf(entry), 0, top + 26, { colour: 'ink3', width: label - 12 });
      }
      for (const [column, [name, words, , note]] of SIGNALS.entries()) {
        const left = label + column * step;
        const signal = entry.signals.find((one) => one.signal === name);
        const isTold = signal !== undefined && signal.n > 0;
        if (isTold) {
          pen.rect(left, top + 16, wide, 12, 'sunk');
          const full = name === 'neighbours' ? Math.max(1, Math.ceil(signal.mean)) : 1;
          const length = Math.max(signal.mean > 0 ? 1.5 : 0, (Math.min(signal.mean, full) / full) * wide);
          if (signal.found) pen.bar(left, top + 16, length, 12, 'worse');
          else pen.bar(left, top + 16, length, 12, 'c0');
          const said = `${levelWords(name, signal.mean)}${signal.found ? ' ▲ slower' : signal.z === undefined ? '' : ', no effect'}`;
          pen.text(said, left, top + 6, {
            colour: signal.found ? 'worse' : 'ink',
            isBold: signal.found,
            width: wide,
          });
        } else {
          pen.hatch(left, top + 16, wide, 12, 'rule', 'rule');
          pen.text('unknown', left, top + 6, { colour: 'ink3', width: wide });
        }
        marks.push({
          x: left + wide / 2,
          y: top + 16,
          halfWidth: wide / 2,
          halfHeight: 14,
          kind: 'other',
          open: () => open(entry.function),
          opens: 'its CPU',
          says: () =>
            isTold
              ? [
                  `${words}: ${levelWords(name, signal.mean)}`,
                  note,
                  `${count(signal.n)} slots of five minutes`,
                  signal.found
                    ? 'calls are slower where it is stronger'
                    : signal.z === undefined
                      ? 'too few to say whether calls are slower with it'
                      : `calls are not shown to be slower with it${signal.q === undefined ? '' : ` (q ${signal.q.toPrecision(2)})`}`,
                ]
              : [`${words}: not told`, note],
        });
      }
    }
    return { marks };
  };
