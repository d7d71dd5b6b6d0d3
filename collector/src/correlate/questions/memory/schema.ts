import { Type } from '@fastify/type-provider-typebox';
import { Basis, Count, Estimate, Millis, OneOf } from '../../../schema/index.ts';
import { ShownPlan } from '../shared/plan.ts';
import { Deployment } from '../reuse/schema.ts';

const Mb = (description: string) => Type.Integer({ description: `${description} MB (2²⁰ bytes).` });

const PredictedSize = Type.Object({
  memoryMb: Mb('Memory limit.'),
  vcpus: Type.Number({ description: 'CPUs that the platform gives to this size.' }),
  fits: Type.Optional(
    Type.Boolean({
      description: 'Whether the peak memory use fits; absent if unknown.',
    }),
  ),
  meanMs: Estimate('Mean time of a warm call, ms, with the uncertainty of sampling and of the law.'),
  perMillion: Type.Optional(
    Type.Number({ description: 'Cost of a million warm calls, in the currency of the plan.' }),
  ),
});

export const FunctionMemory = Type.Object({
  function: Type.String({ description: 'Its name.' }),
  version: Type.Optional(Type.String({ description: 'Version of the function, if known.' })),
  deployment: Deployment,
  measured: Type.Array(
    Type.Object({
      memoryMb: Mb('Memory limit.'),
      cpuModel: Type.Optional(Type.String({ description: 'As in `/proc/cpuinfo`.' })),
      n: Count('Warm calls.'),
      sandboxes: Count('Number of sandboxes.'),
      meanMs: Millis('Mean time of a call.'),
    }),
    { description: 'Observed sizes.' },
  ),
  fromMb: Type.Optional(Mb('The size that the others are predicted from.')),
  cpuMs: Type.Optional(Millis('Mean CPU time of a call at that size.')),
  waitingMs: Type.Optional(
    Millis('Mean time that a call waits for anything but its CPU quota; memory does not change it.'),
  ),
  cpuFrom: Type.Optional(
    OneOf(
      ['measured', 'whole-cpu', 'first-period', 'stair'],
      'Source of the CPU time. measured: the function reported it. whole-cpu: durations at a size with a whole CPU. ' +
        'first-period: calls that were never throttled. stair: the law of the quota, inverted.',
    ),
  ),
  sizes: Type.Array(PredictedSize, { description: 'Prediction for each size.' }),
  treads: Type.Array(
    Type.Object({
      fromMb: Mb('Smallest size of the step.'),
      toMb: Mb('Largest size of the step.'),
      meanMs: Millis('Mean time of a call.'),
    }),
    {
      description:
        'The steps: ranges of sizes that are equally fast within 2 %. The smallest size of a step is the cheapest.',
    },
  ),
  checked: Type.Array(
    Type.Object({
      memoryMb: Mb('Memory limit.'),
      n: Count('Observed warm calls.'),
      measuredMs: Millis('Their mean time.'),
      predictedMs: Millis('Their mean time as predicted from the other size.'),
    }),
    { description: 'Other sizes that were observed, compared with the prediction for them.' },
  ),
  cheapestMb: Type.Optional(Mb('The size at which a call costs least.')),
  fastestMb: Type.Optional(Mb('The smallest size that is as fast as any, within 2 %.')),
  plan: Type.Optional(ShownPlan),
  basis: Basis,
});
