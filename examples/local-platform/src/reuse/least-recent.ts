import type { OrderDefinition } from './order.ts';

/** The one used longest ago: every sandbox is kept warm. */
export const leastRecent: OrderDefinition = {
  order: 'least-recent',
  start: () => ({ pick: (candidates) => candidates[0]! }),
};
