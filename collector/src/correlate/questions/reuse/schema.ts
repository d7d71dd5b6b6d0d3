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
      'Whether a sandbox serves one request at a time; unknown until the platform had to show.',
    ),
    n: Count('Invocations looked at.'),
    forced: Count('Moments at which every sandbox seen lately held a call, and another came.'),
    shared: Count('Of these, how often the call went into a sandbox that held one.'),
    cold: Count('And how often a sandbox was started for it.'),
    needed: Count('So many forced cold starts show one-to-one.'),
    slots: Type.Optional(Type.Integer({ description: 'Calls that a sandbox takes at once, at least.' })),
    overlaps: Count('Pairs of invocations that overlapped.'),
    overlapsInSandbox: Count('Pairs that did so inside one sandbox.'),
    maxConcurrent: Count('Most concurrent invocations in one sandbox, as reported by sandboxes.'),
  },
  {
    title: 'ConcurrencyModel',
    description: 'Judged at forced moments only: overlaps elsewhere prove nothing.',
  },
);

export const PickOrder = Type.Object(
  {
    order: OneOf(
      ['most-recent', 'least-recent', 'random', 'round-robin', 'affinity', 'mixed', 'unknown'],
      'Which idle sandbox is taken next; unknown below 200 choices, or where they fit no rule.',
    ),
    n: Count('Choices among two and more sandboxes that were surely alive.'),
    z: Type.Optional(
      Type.Number({
        description: 'Standardised mean rank: far below 0 is most recent first; N(0, 1) if random.',
      }),
    ),
    mostRecentShare: Type.Optional(
      Type.Number({ description: 'Share of choices that took the most recently used.' }),
    ),
    mostRecentExpected: Type.Optional(Type.Number({ description: 'The same share if choices were random.' })),
    horizonMs: Type.Optional(
      Millis('Sandboxes that idled for longer were left out, since some of them are gone.'),
    ),
  },
  { title: 'PickOrder', description: 'Which idle sandbox takes the next call.' },
);

export const KeepAlive = Type.Object(
  {
    valueMs: Type.Optional(
      Millis(
        'By this idle time half are gone; of batches that are halved, the period. Absent where not known.',
      ),
    ),
    lowMs: Type.Optional(Millis('Lower end of its 95 % interval.')),
    highMs: Type.Optional(Millis('Upper end of it.')),
    family: Type.String({ description: 'Shape of the law, or `not-identified`.' }),
    reason: Type.Optional(Type.String({ description: 'Why no family is named.' })),
    expectedDeaths: Type.Number({ description: 'How many ends by idleness it rests on.' }),
    weight: Type.Optional(Type.Number({ description: 'Share of the weight of laws that the family has.' })),
  },
  { title: 'KeepAlive', description: 'How long idle sandboxes are kept.' },
);

export const Alive = Type.Object(
  {
    value: Type.Optional(Type.Number({ description: 'Sandboxes.' })),
    low: Type.Optional(Type.Number({ description: 'Lower end of its 95 % interval.' })),
    high: Type.Optional(Type.Number({ description: 'Upper end of it.' })),
    withheld: Type.Optional(Type.String({ description: 'Why there is no number, where there is none.' })),
  },
  {
    title: 'Alive',
    description: 'How many sandboxes are alive, of all ever seen: a sum of probabilities, with its interval.',
  },
);

export const Deployment = Type.Object(
  {
    accountId: Type.Optional(Type.String({ description: 'Of the platform’s customer.' })),
    region: Type.Optional(Type.String({ description: 'Of the platform.' })),
    platform: Type.Optional(Type.String({ description: 'As `cloud.platform` has it.' })),
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
