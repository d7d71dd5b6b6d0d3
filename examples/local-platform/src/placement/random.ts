import type { PlacementDefinition } from './policy.ts';

/** A random host, all equally likely. */
export const random: PlacementDefinition = {
  placement: 'random',
  start: (draw) => {
    let placed = 0;
    return { place: (load) => Math.floor(draw(++placed) * load.length) };
  },
};
