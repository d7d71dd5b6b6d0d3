import { Type } from '@fastify/type-provider-typebox';
import type { Static } from '@fastify/type-provider-typebox';
import { Count, Millis, OneOf } from '../../../schema/index.ts';
import type { Deployment as DeploymentOf } from '../../fates/index.ts';
import type { Judgement, KeepAlive as KeepAliveValue } from '../../judge/index.ts';
import type { Reuse } from '../../reuse.ts';

export const ConcurrencyModel = Type.Object(
  {
    model: OneOf(
      ['one-to-one', 'one-to-many', 'unknown'],
      'Whether a sandbox serves one request at a time. Unknown until the traffic shows it.',
    ),
    n: Count('Invocations examined.'),
    forced: Count('Moments at which every recently seen sandbox was busy and another call came.'),
    shared: Count('Of these, how often the call went to a busy sandbox.'),
    cold: Count('Of these, how often a sandbox was started.'),
    needed: Count('Forced cold starts needed to show one call per sandbox.'),
    slots: Type.Optional(
      Type.Integer({ description: 'Lower bound of the calls that a sandbox runs at the same time.' }),
    ),
    overlaps: Count('Pairs of invocations that overlapped.'),
    overlapsInSandbox: Count('Pairs that overlapped inside one sandbox.'),
    maxConcurrent: Count('Most concurrent invocations in one sandbox, as reported by sandboxes.'),
  },
  {
    title: 'ConcurrencyModel',
    description: 'Judged only at moments when every sandbox was busy: other overlaps prove nothing.',
  },
);

export const PickOrder = Type.Object(
  {
    order: OneOf(
      ['most-recent', 'least-recent', 'random', 'round-robin', 'affinity', 'mixed', 'unknown'],
      'Which idle sandbox is taken next. Unknown below 200 choices, or if they fit no rule.',
    ),
    n: Count('Choices between two or more sandboxes that were certainly alive.'),
    z: Type.Optional(
      Type.Number({
        description: 'Standardised mean rank. Far below 0: most recent first. N(0, 1) if random.',
      }),
    ),
    mostRecentShare: Type.Optional(
      Type.Number({ description: 'Share of choices in which the most recently used sandbox was taken.' }),
    ),
    mostRecentExpected: Type.Optional(
      Type.Number({ description: 'The share that random choices would give.' }),
    ),
    horizonMs: Type.Optional(
      Millis('Sandboxes that idled for longer were left out, since some of them are gone.'),
    ),
  },
  { title: 'PickOrder', description: 'Which idle sandbox takes the next call.' },
);

export const KeepAlive = Type.Object(
  {
    valueMs: Type.Optional(
      Millis('Idle time by which half are gone; if batches are halved, the period. Absent if unknown.'),
    ),
    lowMs: Type.Optional(Millis('Lower end of its 95 % interval.')),
    highMs: Type.Optional(Millis('Upper end of the interval.')),
    family: Type.String({ description: 'Shape of the law, or `not-identified`.' }),
    reason: Type.Optional(Type.String({ description: 'Why no family could be identified.' })),
    expectedDeaths: Type.Number({ description: 'Number of evictions after idleness that it is based on.' }),
    weight: Type.Optional(
      Type.Number({ description: 'Share of the total weight of the laws in this family.' }),
    ),
  },
  { title: 'KeepAlive', description: 'How long idle sandboxes are kept.' },
);

export const Alive = Type.Object(
  {
    value: Type.Optional(Type.Number({ description: 'Sandboxes.' })),
    low: Type.Optional(Type.Number({ description: 'Lower end of its 95 % interval.' })),
    high: Type.Optional(Type.Number({ description: 'Upper end of the interval.' })),
    withheld: Type.Optional(Type.String({ description: 'Why there is no number.' })),
  },
  {
    title: 'Alive',
    description: 'Sandboxes alive, of all ever seen: the sum of their probabilities, with an interval.',
  },
);

export const Deployment = Type.Object(
  {
    accountId: Type.Optional(Type.String({ description: 'Account of the cloud.' })),
    region: Type.Optional(Type.String({ description: 'Region of the cloud.' })),
    platform: Type.Optional(Type.String({ description: 'Value of `cloud.platform`.' })),
  },
  {
    title: 'Deployment',
    description: 'The function: one name in two regions or accounts is two functions to their platform.',
  },
);

/** Unreported properties of a deployment are omitted. */
export function shownDeployment(deployment: DeploymentOf | undefined) {
  const { accountId = '', region = '', platform = '' } = deployment ?? {};
  return {
    ...(accountId !== '' && { accountId }),
    ...(region !== '' && { region }),
    ...(platform !== '' && { platform }),
  };
}

/** How a platform keeps and picks the sandboxes of a deployment. */
export function shownJudgement({ judgement, maxConcurrent }: Pick<Reuse, 'judgement' | 'maxConcurrent'>) {
  const { concurrency = NOT_JUDGED, pickOrder = { order: 'unknown' as const, n: 0 } } = judgement ?? {};
  const { weights: _, mostRecent, ...order } = pickOrder;
  return {
    concurrency: { ...concurrency, n: judgement?.uses ?? 0, maxConcurrent },
    pickOrder: {
      ...order,
      ...(mostRecent && { mostRecentShare: mostRecent.share, mostRecentExpected: mostRecent.expected }),
    },
    ...(judgement && { keepAlive: shownKeepAlive(judgement.keepAlive), alive: judgement.alive }),
  };
}

const NOT_JUDGED: Judgement['concurrency'] = {
  model: 'unknown',
  forced: 0,
  shared: 0,
  cold: 0,
  needed: 0,
  overlaps: 0,
  overlapsInSandbox: 0,
};

/** An unbounded end of an interval is omitted: JSON has no infinity. */
export function shownKeepAlive({
  valueMs,
  lowMs,
  highMs,
  ...told
}: KeepAliveValue): Static<typeof KeepAlive> {
  return {
    ...told,
    ...(isTold(valueMs) && { valueMs }),
    ...(isTold(lowMs) && { lowMs }),
    ...(isTold(highMs) && { highMs }),
  };
}

function isTold(ms: number | undefined): ms is number {
  return ms !== undefined && Number.isFinite(ms);
}
