import { Type } from '@fastify/type-provider-typebox';
import { Count, Millis, OneOf, Proportion, Time } from '../../../schema/index.ts';
import { Estimate, Missing, RestsOn } from '../../estimate.ts';
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
      'Time of the platform before the sandbox began: how long the caller waited beyond what the function reports, minus the same for warm calls. Needs the spans of the caller. Milliseconds.',
    ),
    runtimeMs: Estimate('Start of the process to the load of the function’s modules. Milliseconds.'),
    moduleMs: Estimate('Load of the function’s modules. Milliseconds.'),
    initMs: Estimate('Initialisation: start of the process until the handler can be called. Milliseconds.'),
    firstCallMs: Estimate(
      'How much longer the handler took than a warm call of the same version, memory and CPU model, without failed calls. It can be below 0 when the calls did different work. Milliseconds.',
    ),
    totalMs: Estimate(
      'What a cold start adds to the wait of its caller: platform and initialisation if the span of the caller exists, else initialisation; and the first call. Values below 0 count as 0. Milliseconds.',
    ),
  },
  { description: 'Medians with intervals between order statistics.' },
);

const Group = Type.Object({
  by: OneOf(['cpu-model', 'memory', 'version', 'hour'], 'The property by which cold starts are grouped.'),
  value: Type.String({ description: 'Model name; MB; version; hour of the day, UTC.' }),
  coldStarts: Count('Cold starts examined in this group.'),
  totalMs: Estimate('Median time that a caller waits. Milliseconds.'),
});

const LedgerEntry = Type.Object({
  cause: OneOf(
    CAUSES,
    'first: no sandbox existed before. deploy: the sandbox that would have taken the call had another version, or the version took its first call, ' +
      'or the sandbox was stopped together with nearly all others. idle: it was ' +
      'evicted after idleness. age: it was evicted because of its age, without long idleness. scale-out: more were needed at the same time than ever before. ' +
      'time-out, crash: it died with its last call. restart: the process in the sandbox was restarted. tenant-first: no ' +
      'sandbox of the tenant existed before. not-reused: one was idle and was not taken. unknown: none of these is certain.',
  ),
  coldStarts: Type.Number({ description: 'Expected number: the sum of the probabilities.' }),
  named: Count('Cold starts whose cause has a probability of at least 0.8; 0 where the cause is unknown.'),
  share: Proportion,
  costMs: Estimate('Median time that a caller waits for one. Milliseconds.'),
  msAMonth: Estimate(
    'Total wait of callers for them in a month at this rate. For a single cold start, the interval covers only the uncertainty of their number. Milliseconds.',
  ),
  moneyAMonth: Type.Optional(
    Estimate(
      'What they cost in a month at this rate, with an interval like that of `msAMonth`. In the currency of the plan.',
    ),
  ),
  idleMs: Type.Optional(Millis('Median idle time of the sandbox that was replaced.')),
});

const Change = Type.Object({
  cause: OneOf(CAUSES, 'A cause of the ledger.'),
  before: Type.Number({ description: 'Expected number in the week before the last.' }),
  after: Type.Number({ description: 'Expected number in the last week.' }),
  p: Type.Number({
    description: 'p value of no increase, by permuting days, adjusted over causes (Benjamini and Hochberg).',
  }),
  verdict: OneOf(['new', 'more', 'same', 'less'], 'new: significantly more, and almost none before.'),
});

export const FunctionColdStarts = Type.Object({
  function: Type.String({ description: 'Name of the function.' }),
  invocations: Count('Invocations.'),
  coldStarts: Count('Cold ones among them.'),
  rate: Type.Object(
    {
      value: Type.Optional(Type.Number({ description: 'Absent when n is 0.' })),
      low: Type.Number({ description: 'Lower end of the 95 % interval.' }),
      high: Type.Number({ description: 'Upper end of the interval.' }),
      n: Count('Invocations that reported whether they were cold.'),
      blocks: Count('Stretches of time that the interval treats as independent.'),
    },
    {
      description:
        'Share of cold starts. The interval treats stretches of time as independent, not single calls.',
    },
  ),
  buckets: Type.Array(
    Type.Object({
      start: Time('Start of the bucket.'),
      coldStarts: Count('Cold starts in it.'),
      invocations: Count('Invocations in it.'),
      rate: Proportion,
    }),
    { description: 'The rate over time.' },
  ),
  phases: Phases,
  groups: Type.Array(Group, { description: 'The wait of callers, by properties of the start.' }),
  ledger: Type.Array(LedgerEntry, { description: 'Causes, largest first.' }),
  mainCause: Type.Optional(OneOf(CAUSES, 'The cause that costs callers most, except `unknown`.')),
  proactive: Type.Object(
    {
      used: Count(
        'Sandboxes that were initialised before a call and used later, including provisioned ones.',
      ),
      unused: Count('Sandboxes that ended without ever being called.'),
      unusedMs: Estimate('Initialisation of one that was never called, mean. Milliseconds.'),
      unusedMsAMonth: Estimate('Initialisation of all of them in a month at this rate. Milliseconds.'),
      unusedMoneyAMonth: Type.Optional(
        Estimate(
          'What that costs in a month where the plan bills initialisation. In the currency of the plan.',
        ),
      ),
    },
    { description: 'Initialisations that no call waited for.' },
  ),
  changes: Type.Array(Change, { description: 'The last seven days compared with the seven before.' }),
  plan: Type.Optional(ShownPlan),
  restsOn: RestsOn,
  missing: Missing,
});

export const asked = {
  buckets: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 240,
      default: 24,
      description: 'Number of parts of the range. Default 24.',
    }),
  ),
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 200,
      default: 50,
      description: 'Maximum number of functions: those with the most cold starts. Default 50.',
    }),
  ),
  plan: PlanParameter,
};
export const answer = { functions: Type.Array(FunctionColdStarts) };
