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
      perCall: Estimate('Growth from call to call. n: sandboxes.'),
      latest: Type.Number({ description: 'Mean value at the end of the sandboxes’ lifetimes.' }),
      p: Type.Number({ description: 'p value of no growth, one-sided.' }),
      q: Type.Number({
        description:
          'p value, corrected over all resources of the answer (Benjamini and Hochberg). A leak is reported up to 0.05.',
      }),
      leaks: Type.Boolean({ description: 'Whether it grows, after correction.' }),
      limit: Type.Optional(
        Type.Number({ description: 'The value at which the sandbox fails; absent if unknown.' }),
      ),
      limitCall: Type.Optional(
        Estimate(
          'Number of the call, from 1, at which the limit is reached if the growth continues. n: sandboxes.',
        ),
      ),
    }),
    { description: 'Each resource that enough lives report.' },
  ),
  basis: Basis,
});
