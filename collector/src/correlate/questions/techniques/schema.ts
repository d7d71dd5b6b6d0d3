import { Type } from '@fastify/type-provider-typebox';
import { Count, OneOf, Proportion } from '../../../schema/index.ts';
import { Estimate, Missing, RestsOn } from '../../estimate.ts';

export const TECHNIQUES = ['resource-reuse', 'runtime-pooling', 'prewarming', 'prefetching'] as const;
export const SEEN = ['on', 'off', 'unknown'] as const;

const Entry = Type.Object({
  function: Type.String({ description: 'Name of the function.' }),
  technique: OneOf(
    TECHNIQUES,
    'resource-reuse: a sandbox serves several calls. runtime-pooling: started runtimes wait and then get a function. ' +
      'prewarming: sandboxes of the function are initialised before a call. prefetching: code is on a host before the first sandbox there.',
  ),
  verdict: OneOf(
    SEEN,
    'Whether the platform does it for this function; unknown if there is too little evidence.',
  ),
  share: Type.Optional(Proportion),
  effectMs: Type.Optional(
    Estimate(
      'resource-reuse: what a call saves when it finds a sandbox. runtime-pooling: how long runtimes had waited. prewarming: initialisation that no call ' +
        'waited for. prefetching: how much longer the first sandbox on a host takes. Medians, in milliseconds.',
    ),
  ),
  evidence: Type.Array(Type.String(), { description: 'Evidence for the verdict, in words.' }),
  starts: Count('Starts of sandboxes that were examined.'),
  restsOn: RestsOn,
  missing: Missing,
});

export const answer = { techniques: Type.Array(Entry) };
