import { IdleLimit } from './idle-limit.ts';
import type { LawDefinition } from './law.ts';

/** Ends idle sandboxes at random with a constant rate: half of them within each half-life. */
export const exponential: LawDefinition = {
  law: 'exponential',
  fields: ['halfLifeMillis'],
  read: (fields) => {
    const halfLifeMillis = fields.millis('halfLifeMillis');
    return {
      parameters: { halfLifeMillis },
      start: ({ scaled, draw }) =>
        new IdleLimit(({ ordinal, idleTimes }) =>
          scaled(-halfLifeMillis * Math.log2(draw('exponential', ordinal, idleTimes))),
        ),
    };
  },
};
