import { least, type OrderDefinition } from './order.ts';

/** The sandbox with the fewest invocations in progress; the least recently used one if equal. */
export const leastLoaded: OrderDefinition = {
  order: 'least-loaded',
  start: () => ({
    pick: (candidates) => least(candidates, ({ invocationsUnderWay }) => invocationsUnderWay),
  }),
};
