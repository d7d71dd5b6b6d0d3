import type { OrderDefinition } from './order.ts';

/** A random one, all equally likely. */
export const random: OrderDefinition = {
  order: 'random',
  start: (draw) => {
    let picks = 0;
    return {
      pick: (candidates) => candidates[Math.floor(draw('random', ++picks) * candidates.length)]!,
    };
  },
};
