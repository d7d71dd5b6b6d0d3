import type { PrefetchDefinition } from './policy.ts';

/** The first sandbox on a host waits for the code. */
export const off: PrefetchDefinition = {
  prefetch: 'off',
  start: () => ({ deployed: () => [], started: () => [], added: () => false }),
};
