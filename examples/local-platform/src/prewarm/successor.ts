import type { PrewarmDefinition, PrewarmPolicy } from './policy.ts';

/**
 * When the function is called, those that it will call are made ready. They are declared, or learned: a function counts
 * as a successor once it has followed in a sufficient share of the calls so far.
 */
export const successor: PrewarmDefinition = {
  policy: 'successor',
  fields: ['functions', 'leastCalls', 'leastRatio'],
  read: (fields) => {
    const functions = fields.texts('functions');
    const leastCalls = fields.whole('leastCalls', 2, 1, 1e6);
    const leastRatio = fields.number('leastRatio', 0.5, 0.01, 1);
    return {
      parameters: { functions, leastCalls, leastRatio },
      start: (): PrewarmPolicy => {
        let calls = 0;
        const followed = new Map<string, number>();
        let isDue = false;
        let next = Infinity;
        return {
          called: (now) => {
            isDue = true;
            next = now;
          },
          idle: () => {},
          followedBy: (name) => followed.set(name, (followed.get(name) ?? 0) + 1),
          nextMillis: () => next,
          due: () => {
            if (!isDue) return [];
            isDue = false;
            next = Infinity;
            const before = calls;
            calls += 1;
            if (functions.length > 0) return functions.map((name) => ({ function: name, details: {} }));
            if (before < leastCalls) return [];
            return [...followed]
              .filter(([, times]) => times / before >= leastRatio)
              .map(([name, times]) => ({ function: name, details: { calls: before, followed: times } }));
          },
        };
      },
    };
  },
};
