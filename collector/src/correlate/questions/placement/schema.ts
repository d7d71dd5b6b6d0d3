import { Type } from '@fastify/type-provider-typebox';
import { Confidence, Count, OneOf, Proportion } from '../../../schema/index.ts';
import { Estimate, Missing, RestsOn } from '../shared/estimate.ts';

export const REFUSALS = ['private-kernels', 'kernels-not-told', 'too-few-sandboxes'] as const;

const Packing = Type.Object({
  host: Type.String({ description: 'Id of the host.' }),
  sandboxes: Count('Own sandboxes that were on it.'),
  peakSandboxes: Count('Most of them alive at once.'),
  meanSandboxes: Type.Number({ description: 'Alive at once, on average over the time in which any was.' }),
  peakMemoryRatio: Type.Optional(
    Type.Number({
      description: 'Most memory that living own sandboxes were limited to, over that of the host.',
    }),
  ),
  peakVcpus: Type.Optional(
    Type.Number({ description: 'Most vCPUs that living own sandboxes were allowed at once.' }),
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
      sandboxes: Count('Sandboxes whose host is known so well.'),
      hosts: Count('Their hosts.'),
    }),
    { description: 'By how well the host is known; everything below is of those that are known.' },
  ),
  refused: Type.Optional(
    OneOf(
      REFUSALS,
      'Why nothing is said of hosts. private-kernels: each sandbox has a kernel of its own, which says nothing of the server. ' +
        'kernels-not-told: spans name none. too-few-sandboxes: none were alive together, so that nothing shows whether kernels are shared.',
    ),
  ),
  hosts: Type.Optional(
    Type.Object(
      {
        seen: Count('Hosts that were seen.'),
        atLeast: Type.Optional(
          Type.Number({
            description: 'Lower bound of how many there are (Chao1); absent at a coverage below one half.',
          }),
        ),
        low: Type.Optional(Type.Number({ description: 'Lower end of its 95 % interval.' })),
        high: Type.Optional(Type.Number({ description: 'Upper end of it.' })),
        coverage: Type.Optional(
          Type.Number({
            description: 'Share of starts that would fall on hosts seen already (Good), 0 to 1.',
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
            'Own sandboxes beside each on its host, on average over time: a lower bound, other tenants are not seen.',
        }),
        ratio: Type.Optional(
          Type.Number({
            description: 'Pairs on one host over those of independent placement by the same shares.',
          }),
        ),
      },
      { description: 'How much own sandboxes share hosts.' },
    ),
  ),
  policy: Type.Object(
    {
      verdict: OneOf(
        ['pack', 'spread', 'even', 'unknown'],
        'pack: sandboxes start where others of yours are more often than by chance; spread: less often; even: neither; unknown: too few.',
      ),
      occupied: Proportion,
      expected: Type.Optional(
        Type.Number({ description: 'The same share if each were placed by the shares of hosts alone.' }),
      ),
      z: Type.Optional(Type.Number({ description: 'Standardised difference.' })),
      p: Type.Optional(Type.Number({ description: 'Of no difference, two-sided.' })),
    },
    { description: 'Whether starts go to hosts that hold own sandboxes, while others were free of them.' },
  ),
  packing: Type.Array(Packing, { description: 'The fullest hosts, 50 at most.' }),
  classes: Type.Array(
    Type.Object({
      cpuModel: Type.String({ description: 'CPU model; empty if unknown.' }),
      memoryTotalBytes: Type.Optional(
        Type.Number({ description: 'Memory of the machine as sandboxes see it. Bytes.' }),
      ),
      sandboxes: Count('Sandboxes on such machines.'),
      hosts: Type.Optional(Count('Hosts of it; absent where hosts are not known.')),
    }),
    {
      description:
        'Kinds of machines, by CPU model and memory. With private kernels memory is that of the sandbox.',
    },
  ),
  durationMs: Type.Optional(
    Estimate(
      'Median life of sandboxes that are gone, from start to the middle of the time in which they went. Milliseconds.',
    ),
  ),
  restsOn: RestsOn,
  missing: Missing,
});

export const answer = { platforms: Type.Array(Entry) };
