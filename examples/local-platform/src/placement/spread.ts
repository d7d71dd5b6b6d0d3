import type { PlacementDefinition } from './policy.ts';

/** The host with the fewest sandboxes; in turn if several are equal. */
export const spread: PlacementDefinition = {
  placement: 'spread',
  start: () => {
    let next = 0;
    return {
      place: (load) => {
        // There may be fewer hosts to choose from than last time.
        const first = next % load.length;
        let best = first;
        for (let step = 1; step < load.length; step += 1) {
          const host = (first + step) % load.length;
          if (load[host]! < load[best]!) best = host;
        }
        next = (best + 1) % load.length;
        return best;
      },
    };
  },
};
