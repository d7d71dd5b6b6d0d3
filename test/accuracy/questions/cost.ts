import { MACHINES } from '../../../collector/src/correlate/questions/cost/machines.ts';
import { breakEvenPerHour } from '../../../collector/src/prices/index.ts';
import { SEBS_TABLE_6 } from '../../../collector/src/correlate/questions/cost/test-sebs-table.ts';
import { within } from './section.ts';
import type { Section } from './section.ts';

/** Prices compared with the published ones. */
export const cost: Section = {
  name: 'cost',
  about: 'Break-even with a machine against SeBS (Middleware 2021), Table 6, all twelve rows.',
  measure: () => {
    const { perHour } = MACHINES.find(({ name }) => name === 'ec2-t2-micro-2020')!;
    const errors = SEBS_TABLE_6.map(
      ([perMillion, requests]) => breakEvenPerHour(perHour, perMillion) / requests - 1,
    );
    return [within('requests an hour at break-even', 0.0025, errors, 'prices')];
  },
};
