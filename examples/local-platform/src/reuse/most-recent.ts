import type { OrderDefinition } from './order.ts';

/** The most recently used one, as on AWS Lambda: surplus sandboxes stay idle and can expire. */
export const mostRecent: OrderDefinition = {
  order: 'most-recent',
  start: () => ({ pick: (candidates) => candidates.at(-1)! }),
};
