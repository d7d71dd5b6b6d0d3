import { least, type OrderDefinition } from './order.ts';

/**
 * The same sandbox for the same key, as long as it exists and is free. Each key has its own order of sandboxes
 * (rendezvous hashing), so the end of one sandbox moves only that sandbox's keys. Events without a key get the most
 * recently used sandbox.
 */
export const affinity: OrderDefinition = {
  order: 'affinity',
  start: (draw) => ({
    pick: (candidates, { affinityKey }) =>
      affinityKey === undefined
        ? candidates.at(-1)!
        : least(candidates, ({ ordinal }) => draw('affinity', affinityKey, ordinal)),
  }),
};
