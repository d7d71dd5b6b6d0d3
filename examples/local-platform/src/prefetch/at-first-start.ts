import type { PrefetchDefinition } from './policy.ts';

/** When its first sandbox starts anywhere in the region, every other host fetches the code, too. */
export const atFirstStart: PrefetchDefinition = {
  prefetch: 'at-first-start',
  start: () => {
    let isUsed = false;
    return {
      deployed: () => [],
      started: (hosts) => {
        if (isUsed) return [];
        isUsed = true;
        return hosts;
      },
      added: () => isUsed,
    };
  },
};
