import { Type } from '@fastify/type-provider-typebox';
import { Basis, Estimate, OneOf } from '../../../schema/index.ts';
import { Deployment } from '../reuse/schema.ts';
import { RESOURCES } from './evidence.ts';

export const FunctionLeaks = Type.Object({
  function: Type.String({ description: 'Its name.' }),
  version: Type.Optional(Type.String({ description: 'Version of the function, if known.' })),
  deployment: Deployment,
  leaks: Type.Boolean({ description: 'Whether any of them grows.' }),
  resources: Type.Array(
    Type.Object({
      resource: OneOf(
        RESOURCES,
        'rss, heap, external, temp-bytes are in bytes, the others are counts. sockets: TCP connections that the program made.',
      ),
      perCall: Estimate('Growth from call to call. n: lives.'),
      latest: Type.Number({ description: 'Level at the end of the lives, mean.' }),
      p: Type.Number({ description: 'Of no growth, one-sided.' }),
      q: Type.Number({
        description:
          'p, corrected over all resources of the answer (Benjamini and Hochberg); a leak up to 0.05.',
      }),
      leaks: Type.Boolean({ description: 'Whether it grows, after correction.' }),
      limit: Type.Optional(
        Type.Number({ description: 'At which the sandbox fails; absent where it is not known.' }),
      ),
      limitCall: Type.Optional(
        Estimate('Call of a life, from 1, at which the limit is reached if it grows on. n: lives.'),
      ),
    }),
    { description: 'Each resource that enough lives report.' },
  ),
  basis: Basis,
});
