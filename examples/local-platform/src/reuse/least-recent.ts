import type { OrderDefinition } from './order.ts';

/** The least recently used one: every sandbox is kept warm. */
export const leastRecent: OrderDefinition = {
  order: 'least-recent',
  start: () => ({ pick: (candidates) => candidates[0]! }),
};
