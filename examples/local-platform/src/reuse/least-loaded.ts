import { least, type OrderDefinition } from './order.ts';

/** The one with the fewest invocations under way, of equal ones the one used longest ago. */
export const leastLoaded: OrderDefinition = {
  order: 'least-loaded',
  start: () => ({
    pick: (candidates) => least(candidates, ({ invocationsUnderWay }) => invocationsUnderWay),
  }),
};
