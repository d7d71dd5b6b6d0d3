import { least, type OrderDefinition } from './order.ts';

/**
 * The same sandbox for the same key, as long as it is there and free; for each key the others follow in an order of its
 * own (rendezvous hashing), so that the end of one sandbox moves the keys of that one only. Events without a key get
 * the sandbox used last.
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
