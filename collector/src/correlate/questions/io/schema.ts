import { Type } from '@fastify/type-provider-typebox';
import { Basis, ClusteredProportion, Count, Estimate, Millis, OneOf } from '../../../schema/index.ts';
import { Deployment } from '../reuse/schema.ts';
import { KINDS } from './operations.ts';

const KindOf = OneOf(
  KINDS,
  'dns: name lookups. connect: TCP connections. http: requests up to the head of the response. fs: asynchronous file operations.',
);
const Mb = Type.Integer({ description: 'Memory limit, MB (2²⁰ bytes); 0 if unknown.' });

export const FunctionIo = Type.Object({
  function: Type.String({ description: 'Its name.' }),
  version: Type.Optional(Type.String({ description: 'Version of the function, if known.' })),
  deployment: Deployment,
  kinds: Type.Array(
    Type.Object({
      memoryMb: Mb,
      kind: KindOf,
      operations: Count('Operations.'),
      perCall: Type.Number({ description: 'Mean number of operations of an invocation.' }),
      meanMs: Estimate('Time of an operation, mean, ms. n: operations; sandboxes are what is independent.'),
    }),
    { description: 'All counted operations, by memory size.' },
  ),
  hosts: Type.Array(
    Type.Object({
      host: Type.String({ description: 'Its id.' }),
      kind: KindOf,
      operations: Count('Operations.'),
      meanMs: Estimate('Mean time of an operation on this host, ms.'),
    }),
    { description: 'By host, if hosts are known.' },
  ),
  load: Type.Array(
    Type.Object({
      kind: KindOf,
      n: Count('Slots of five minutes of a sandbox.'),
      p: Type.Number({
        description:
          'p value of the hypothesis that operations take no longer while own sandboxes on the host are busy.',
      }),
      q: Type.Number({ description: 'p value, corrected over all tests of the answer.' }),
      found: Type.Boolean({ description: 'Whether they take longer, after correction.' }),
    }),
    { description: 'Load of own sandboxes on the same host, if hosts are known.' },
  ),
  sockets: Type.Array(
    Type.Object({
      reused: Type.Boolean({ description: 'Whether the connection had carried a request before.' }),
      n: Count('Requests with a span of their own.'),
      firstByteMs: Estimate('Mean time from a request to the head of its response, ms.'),
      broken: ClusteredProportion,
    }),
    { description: 'Requests on new and on reused sockets. `broken` counts those without a response.' },
  ),
  gaps: Type.Array(
    Type.Object({
      fromMs: Millis('Lower limit of the idle time before the invocation.'),
      toMs: Type.Optional(Millis('Upper limit of it.')),
      n: Count('Requests on reused sockets.'),
      broken: ClusteredProportion,
      errors: Type.Array(Type.String(), { description: 'Error codes of these failures.' }),
    }),
    { description: 'Requests on reused sockets, by the idle time before their invocation.' },
  ),
  freeze: OneOf(
    ['breaks', 'no-harm-seen', 'unknown'],
    'Whether reused sockets break more often after a minute or more of idleness than after less than ten seconds.',
  ),
  freezeQ: Type.Optional(
    Type.Number({ description: 'p value of no difference, corrected over all deployments of the answer.' }),
  ),
  probes: Type.Array(
    Type.Object({
      memoryMb: Mb,
      figure: Type.String({
        description: 'Attribute of an active probe without `sandscope.probe.`; ends in its unit.',
      }),
      p50: Estimate('Median, in the unit of the figure.'),
    }),
    { description: 'Figures of active probes.' },
  ),
  basis: Basis,
});
