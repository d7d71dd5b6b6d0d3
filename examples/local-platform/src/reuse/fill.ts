import { least, type OrderDefinition } from './order.ts';

/** The busiest one that takes another event, of equal ones the oldest: as few sandboxes at work as possible. */
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
