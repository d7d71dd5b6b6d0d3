import type { RuntimePoolDefinition } from './policy.ts';

/** Always the same number; a runtime that was taken is replaced at once. */
export const fixed: RuntimePoolDefinition = {
  policy: 'fixed',
  fields: ['runtimesPerHost'],
  read: (fields) => {
    const runtimesPerHost = fields.whole('runtimesPerHost', 1, 1, 100);
    return { parameters: { runtimesPerHost }, start: () => ({ wanted: () => runtimesPerHost }) };
  },
};
