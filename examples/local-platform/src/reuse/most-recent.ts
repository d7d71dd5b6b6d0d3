import type { OrderDefinition } from './order.ts';

/** The one used last, as AWS Lambda does: what is not needed is left alone and can expire. */
export const mostRecent: OrderDefinition = {
  order: 'most-recent',
  start: () => ({ pick: (candidates) => candidates.at(-1)! }),
};
