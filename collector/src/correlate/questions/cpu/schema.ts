import { Type } from '@fastify/type-provider-typebox';
import { Basis, Count, Estimate, OneOf } from '../../../schema/index.ts';
import { ShownPlan } from '../shared/plan.ts';
import { Deployment } from '../reuse/schema.ts';
import { SIGNALS } from './contention.ts';
import { VERDICTS } from './judge.ts';

const Test = {
  p: Type.Optional(
    Type.Number({ description: 'p value of no effect, by permutation; absent if it could not be tested.' }),
  ),
  q: Type.Optional(
    Type.Number({
      description:
        'p value, corrected over all tests of the answer (Benjamini and Hochberg). Significant up to 0.05.',
    }),
  ),
};

export const FunctionCpu = Type.Object({
  function: Type.String({ description: 'Its name.' }),
  version: Type.Optional(Type.String({ description: 'Version of the function, if known.' })),
  deployment: Deployment,
  verdict: OneOf(
    VERDICTS,
    'Why calls are slow when they are slower than others of the same sandbox. self-throttled: its own CPU quota. ' +
      'own-neighbours: own sandboxes on the same host. foreign-or-unknown: steal or pressure that own sandboxes do not ' +
      'explain. not-cpu: no measured cause. unknown: no data, or too few.',
  ),
  models: Type.Array(
    Type.Object({
      model: Type.String({ description: 'As in `/proc/cpuinfo`.' }),
      sandboxes: Count('Sandboxes on it.'),
      calls: Count('Warm calls on it.'),
      share: Type.Number({ description: 'Share of all warm calls, 0 to 1.' }),
      time: Estimate('Time of a call relative to the other models: 1.2 means a fifth longer. n: sandboxes.'),
      cpuTime: Estimate('CPU time of a call relative to the other models. n: sandboxes.'),
      costRatio: Type.Optional(
        Type.Number({ description: 'Price of a call relative to the other models, by the price plan.' }),
      ),
      ...Test,
      found: Type.Boolean({ description: 'Whether it differs, after correction.' }),
    }),
    { description: 'Each CPU model that sandboxes got.' },
  ),
  signals: Type.Array(
    Type.Object({
      signal: OneOf(
        SIGNALS,
        'throttling: share of time that was throttled. neighbours: busy own sandboxes on the host. steal: share of the ' +
          "machine's CPU time. pressure: share of time in which a task of the machine waited for a CPU.",
      ),
      n: Count('Slots of five minutes of a sandbox with this value.'),
      mean: Type.Number({ description: 'Mean: a number for neighbours, else a share, 0 to 1.' }),
      z: Type.Optional(Type.Number({ description: 'Standardised association with slowness.' })),
      ...Test,
      found: Type.Boolean({
        description: 'Whether calls are slower when it is stronger, after correction.',
      }),
    }),
    { description: 'Signals of lost CPU time, as far as they were reported.' },
  ),
  plan: Type.Optional(ShownPlan),
  basis: Basis,
});
