import { least, type OrderDefinition } from './order.ts';

/** The busiest sandbox with room for another event, the oldest if equal: as few sandboxes at work as possible. */
export const fill: OrderDefinition = {
  order: 'fill',
  start: () => ({
    pick: (candidates) =>
      least(
        [...candidates].sort((a, b) => a.ordinal - b.ordinal),
        ({ invocationsUnderWay }) => -invocationsUnderWay,
      ),
  }),
};
