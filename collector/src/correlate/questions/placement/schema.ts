import { Type } from '@fastify/type-provider-typebox';
import { Confidence, Count, OneOf, Proportion } from '../../../schema/index.ts';
import { Estimate, Missing, RestsOn } from '../../estimate.ts';

export const REFUSALS = ['private-kernels', 'kernels-not-told', 'too-few-sandboxes'] as const;

const Packing = Type.Object({
  host: Type.String({ description: 'Id of the host.' }),
  sandboxes: Count('Own sandboxes that were on it.'),
  peakSandboxes: Count('Maximum number of them alive at the same time.'),
  meanSandboxes: Type.Number({ description: 'Mean number alive at the same time, while any was alive.' }),
  peakMemoryRatio: Type.Optional(
    Type.Number({
      description:
        'Largest sum of the memory limits of own sandboxes alive at the same time, divided by the memory of the host.',
    }),
  ),
  peakVcpus: Type.Optional(
    Type.Number({ description: 'Largest sum of the vCPU limits of own sandboxes alive at the same time.' }),
  ),
});

const Entry = Type.Object({
  platform: Type.Optional(Type.String({ description: 'Value of `cloud.platform`.' })),
  region: Type.Optional(Type.String({ description: 'Region of the cloud.' })),
  accountId: Type.Optional(Type.String({ description: 'Account of the cloud.' })),
  sandboxes: Count('Sandboxes seen.'),
  confidence: Type.Array(
    Type.Object({
      confidence: Confidence,
      sandboxes: Count('Sandboxes with this host confidence.'),
      hosts: Count('Their hosts.'),
    }),
    {
      description: 'Sandboxes by host confidence. Everything below counts only sandboxes with a known host.',
    },
  ),
  refused: Type.Optional(
    OneOf(
      REFUSALS,
      'Why hosts are unknown. private-kernels: each sandbox has a kernel of its own, which says nothing about the host. ' +
        'kernels-not-told: spans name no kernel. too-few-sandboxes: no two were alive at the same time, so it is unknown whether they share kernels.',
    ),
  ),
  hosts: Type.Optional(
    Type.Object(
      {
        seen: Count('Hosts that were seen.'),
        atLeast: Type.Optional(
          Type.Number({
            description: 'Lower bound of the total (Chao1); absent if the coverage is below one half.',
          }),
        ),
        low: Type.Optional(Type.Number({ description: 'Lower end of its 95 % interval.' })),
        high: Type.Optional(Type.Number({ description: 'Upper end of the interval.' })),
        coverage: Type.Optional(
          Type.Number({
            description: 'Probability that the next start is on a host already seen (Good), 0 to 1.',
          }),
        ),
        n: Count('Starts of sandboxes, each one draw.'),
      },
      { description: 'Distinct hosts.' },
    ),
  ),
  coLocation: Type.Optional(
    Type.Object(
      {
        others: Type.Number({
          description:
            'Mean number of other own sandboxes on the same host, over time. A lower bound: other tenants cannot be seen.',
        }),
        ratio: Type.Optional(
          Type.Number({
            description:
              'Pairs on one host, divided by the number that independent placement with the same shares would give.',
          }),
        ),
      },
      { description: 'How often own sandboxes share a host.' },
    ),
  ),
  policy: Type.Object(
    {
      verdict: OneOf(
        ['pack', 'spread', 'even', 'unknown'],
        'pack: sandboxes start on hosts that already have own sandboxes more often than by chance. spread: less often. even: neither. unknown: too few data.',
      ),
      occupied: Proportion,
      expected: Type.Optional(
        Type.Number({ description: 'The share if placement depended only on the shares of the hosts.' }),
      ),
      z: Type.Optional(Type.Number({ description: 'Standardised difference.' })),
      p: Type.Optional(Type.Number({ description: 'p value of no difference, two-sided.' })),
    },
    {
      description:
        'Whether sandboxes are started on hosts that already have own sandboxes, although other hosts have none.',
    },
  ),
  packing: Type.Array(Packing, { description: 'The fullest hosts, 50 at most.' }),
  classes: Type.Array(
    Type.Object({
      cpuModel: Type.String({ description: 'CPU model; empty if unknown.' }),
      memoryTotalBytes: Type.Optional(
        Type.Number({ description: 'Memory of the machine as sandboxes see it. Bytes.' }),
      ),
      sandboxes: Count('Sandboxes on such machines.'),
      hosts: Type.Optional(Count('Hosts of this kind; absent if hosts are unknown.')),
    }),
    {
      description:
        'Kinds of machines, by CPU model and memory. If each sandbox has its own kernel, the memory is that of the sandbox.',
    },
  ),
  durationMs: Type.Optional(
    Estimate(
      'Median lifetime of evicted sandboxes, from the start to the middle of the interval of their end. Milliseconds.',
    ),
  ),
  restsOn: RestsOn,
  missing: Missing,
});

export const answer = { platforms: Type.Array(Entry) };
