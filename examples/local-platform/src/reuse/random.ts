import type { OrderDefinition } from './order.ts';

/** Any of them, all as likely. */
export const random: OrderDefinition = {
  order: 'random',
  start: (draw) => {
    let picks = 0;
    return {
      pick: (candidates) => candidates[Math.floor(draw('random', ++picks) * candidates.length)]!,
    };
  },
};
