import { breakEvenPerHour, MACHINES } from '../../../collector/src/correlate/questions/cost/machines.ts';
import { within } from './section.ts';
import type { Section } from './section.ts';

/** SeBS (Middleware 2021), Table 6: dollars per million calls, requests per hour at which a t2.micro costs the same. */
const TABLE_6 = [
  [3.54, 3275],
  [2.29, 5062],
  [3.75, 3093],
  [32.1, 362],
  [15.8, 733],
  [2.08, 5568],
  [6.67, 1740],
  [3.34, 3480],
  [10, 1160],
  [50, 232],
  [19.58, 592],
  [2.5, 4640],
] as const;

/** Prices compared with the published ones. */
export const cost: Section = {
  name: 'cost',
  about: 'Break-even with a machine against SeBS (Middleware 2021), Table 6, all twelve rows.',
  measure: () => {
    const { perHour } = MACHINES.find(({ name }) => name === 'ec2-t2-micro-2020')!;
    const errors = TABLE_6.map(
      ([perMillion, requests]) => breakEvenPerHour(perHour, perMillion) / requests - 1,
    );
    return [within('requests an hour at break-even', 0.0025, errors, 'prices')];
  },
};
