import { Type } from '@fastify/type-provider-typebox';
import { Count, Millis, OneOf, Proportion, Time } from '../../../schema/index.ts';
import { Estimate, Missing, RestsOn } from '../shared/estimate.ts';
import { PlanParameter, ShownPlan } from '../shared/plan.ts';

export const CAUSES = [
  'first',
  'deploy',
  'idle',
  'age',
  'scale-out',
  'time-out',
  'crash',
  'restart',
  'tenant-first',
  'not-reused',
  'unknown',
] as const;

const Phases = Type.Object(
  {
    platformMs: Estimate(
      'What the platform took before the sandbox began: what the caller waited beyond what the function tells of, less the same of warm calls. Needs the caller’s spans. Milliseconds.',
    ),
    runtimeMs: Estimate('Start of the process to the load of the function’s modules. Milliseconds.'),
    moduleMs: Estimate('Load of the function’s modules. Milliseconds.'),
    initMs: Estimate('Initialisation: start of the process until the handler can be called. Milliseconds.'),
    firstCallMs: Estimate(
      'How much longer the handler took than a warm call of the same version, memory and CPU model, calls that failed left out. Below 0 only with its interval: the calls did other work. Milliseconds.',
    ),
    totalMs: Estimate(
      'What a cold start adds to what its caller waits for: platform and initialisation where the caller’s span is there, else initialisation, and the first call; one that is below 0 counts as 0. Milliseconds.',
    ),
  },
  { description: 'Medians with intervals between order statistics.' },
);

const Group = Type.Object({
  by: OneOf(['cpu-model', 'memory', 'version', 'hour'], 'What was put together.'),
  value: Type.String({ description: 'Model name; MB; version; hour of the day, UTC.' }),
  coldStarts: Count('Cold starts looked at in it.'),
  totalMs: Estimate('Median of what a caller waits. Milliseconds.'),
});

const LedgerEntry = Type.Object({
  cause: OneOf(
    CAUSES,
    'first: none was ever there. deploy: the sandbox that would have taken the call was of an older version, or stopped with nearly all others. idle: it was let ' +
      'go for idling. age: it was let go although it had not idled for long. scale-out: more were needed at once than ever before. ' +
      'time-out, crash: it went with its last call. restart: the process in the sandbox was started again. tenant-first: no ' +
      'sandbox of the tenant was ever there. not-reused: one idled and was not taken. unknown: none of these is sure.',
  ),
  coldStarts: Type.Number({ description: 'Expected number: the sum of the probabilities.' }),
  named: Count('Cold starts of which the cause is named, at a probability of 0.8 or more.'),
  share: Proportion,
  costMs: Estimate('Median of what a caller waits for one. Milliseconds.'),
  msAMonth: Estimate('What callers wait for them in a month at this rate, all together. Milliseconds.'),
  moneyAMonth: Type.Optional(
    Estimate('What they cost in a month at this rate. In the currency of the plan.'),
  ),
  idleMs: Type.Optional(Millis('Median of how long the sandbox had idled whose place was taken.')),
});

const Change = Type.Object({
  cause: OneOf(CAUSES, 'As in the ledger.'),
  before: Type.Number({ description: 'Expected number in the week before the last.' }),
  after: Type.Number({ description: 'Expected number in the last week.' }),
  p: Type.Number({
    description: 'Of no more than before, by permuting days; adjusted over causes (Benjamini and Hochberg).',
  }),
  verdict: OneOf(['new', 'more', 'same', 'less'], 'new: significantly more, and next to none before.'),
});

export const FunctionColdStarts = Type.Object({
  function: Type.String({ description: 'Name of the function.' }),
  invocations: Count('Invocations.'),
  coldStarts: Count('Of them cold.'),
  rate: Type.Object(
    {
      value: Type.Optional(Type.Number({ description: 'Absent when n is 0.' })),
      low: Type.Number({ description: 'Lower end of the 95 % interval.' }),
      high: Type.Number({ description: 'Upper end of it.' }),
      n: Count('Invocations that said whether they were cold.'),
      blocks: Count('Stretches of time the interval is clustered by.'),
    },
    {
      description:
        'Share of cold starts with an interval that takes stretches of time for independent, not calls.',
    },
  ),
  buckets: Type.Array(
    Type.Object({
      start: Time('Start of the bucket.'),
      coldStarts: Count('In it.'),
      invocations: Count('In it.'),
      rate: Proportion,
    }),
  ),
  phases: Phases,
  groups: Type.Array(Group),
  ledger: Type.Array(LedgerEntry, { description: 'Why, greatest first.' }),
  mainCause: Type.Optional(OneOf(CAUSES, 'The one that costs callers most, `unknown` aside.')),
  proactive: Type.Object(
    {
      used: Count('Sandboxes initialised before any call that were called.'),
      unused: Count('Those that said goodbye without a call.'),
    },
    { description: 'Initialisations nobody waited for.' },
  ),
  changes: Type.Array(Change, { description: 'The last seven days against the seven before.' }),
  plan: Type.Optional(ShownPlan),
  restsOn: RestsOn,
  missing: Missing,
});

export const asked = {
  buckets: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 240, default: 24, description: 'Parts of the range, default 24.' }),
  ),
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 200,
      default: 50,
      description: 'Functions at most, default 50; those with the most cold starts.',
    }),
  ),
  plan: PlanParameter,
};
export const answer = { functions: Type.Array(FunctionColdStarts) };
