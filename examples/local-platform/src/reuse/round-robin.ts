import { least, type OrderDefinition } from './order.ts';

/** The next one in the order of birth after the last pick; after the youngest, the oldest again. */
export const roundRobin: OrderDefinition = {
  order: 'round-robin',
  start: () => {
    let last = 0;
    return {
      pick: (candidates) => {
        const later = candidates.filter(({ ordinal }) => ordinal > last);
        const picked = least(later.length > 0 ? later : candidates, ({ ordinal }) => ordinal);
        last = picked.ordinal;
        return picked;
      },
    };
  },
};
