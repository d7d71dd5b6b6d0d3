import type { HostScalingDefinition } from './policy.ts';

/** The configured hosts and no others, each for any number of sandboxes. */
export const fixed: HostScalingDefinition = {
  policy: 'fixed',
  fields: [],
  read: () => ({
    parameters: {},
    start: () => ({ capacity: Infinity, startMillis: 0, adds: () => false, emptyLimitMillis: Infinity }),
  }),
};
