import type { PlacementDefinition } from './policy.ts';

/** Any host, all as likely. */
export const random: PlacementDefinition = {
  placement: 'random',
  start: (draw) => {
    let placed = 0;
    return { place: (load) => Math.floor(draw(++placed) * load.length) };
  },
};
