import type { HostScalingDefinition } from './policy.ts';

/** A host is added when all are full, and removed when it was empty for a while. */
export const elastic: HostScalingDefinition = {
  policy: 'elastic',
  fields: ['sandboxesPerHost', 'maximumHosts', 'startMillis', 'emptyLimitMillis'],
  read: (fields) => {
    const sandboxesPerHost = fields.whole('sandboxesPerHost', undefined, 1, 1000);
    const maximumHosts = fields.whole('maximumHosts', 64, 1, 64);
    const startMillis = fields.number('startMillis', 0, 0, 600_000);
    const emptyLimitMillis = fields.millis('emptyLimitMillis', 60_000);
    return {
      parameters: { sandboxesPerHost, maximumHosts, startMillis, emptyLimitMillis },
      start: ({ scaled }) => ({
        capacity: sandboxesPerHost,
        startMillis,
        adds: (count) => count < maximumHosts,
        emptyLimitMillis: scaled(emptyLimitMillis),
      }),
    };
  },
};
