import type { PrewarmDefinition, PrewarmPolicy } from './policy.ts';

/** At fixed intervals from the deploy on, regardless of calls. */
export const periodic: PrewarmDefinition = {
  policy: 'periodic',
  fields: ['intervalMillis'],
  read: (fields) => {
    const intervalMillis = fields.millis('intervalMillis');
    return {
      parameters: { intervalMillis },
      start: ({ scaled, nowMillis }): PrewarmPolicy => {
        const interval = scaled(intervalMillis);
        let next = nowMillis + interval;
        return {
          called: () => {},
          idle: () => {},
          followedBy: () => {},
          nextMillis: () => next,
          due: (now) => {
            if (now < next) return [];
            // Missed intervals are skipped.
            next += interval * (1 + Math.floor((now - next) / interval));
            return [{ details: { intervalMillis: interval } }];
          },
        };
      },
    };
  },
};
