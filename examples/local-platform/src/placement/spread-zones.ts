import type { PlacementDefinition } from './policy.ts';

/** The host with the fewest sandboxes in the zone with the fewest; the first of several. */
export const spreadZones: PlacementDefinition = {
  placement: 'spread-zones',
  start: () => ({
    place: (load, hosts) => {
      const inZone = (zone: string | undefined): number =>
        load.reduce((sum, own, index) => (hosts[index]?.zone === zone ? sum + own : sum), 0);
      const order = load
        .map((own, index) => ({ index, own, zone: inZone(hosts[index]?.zone) }))
        .sort((a, b) => a.zone - b.zone || a.own - b.own || a.index - b.index);
      return order[0]!.index;
    },
  }),
};
