import { isDeploymentOf } from '../../scope.ts';
import { Type } from '@fastify/type-provider-typebox';
import { Count, Millis, OneOf } from '../../../schema/index.ts';
import { defineQuestion } from '../question.ts';
import { Deployment, shownDeployment } from '../reuse/schema.ts';
import { loadBlocks } from '../shared/blocks.ts';
import { coldRateOf } from '../shared/cold-rate.ts';
import { Estimate, Missing, RestsOn, scaled } from '../../estimate.ts';
import { loadConfigurations } from '../shared/facts.ts';
import { PlanParameter, planFor, ShownPlan, shownPlan } from '../shared/plan.ts';
import { evidenceInWords } from '../survival/question.ts';
import { judgeKeepWarm } from './judge.ts';

export const FunctionKeepWarm = Type.Object({
  function: Type.String({ description: 'Name of the function.' }),
  deployment: Deployment,
  advice: OneOf(
    ['ping', 'provision', 'unknown'],
    'The cheaper of both, as far as prices are known. Unknown until enough evictions of idle sandboxes were observed.',
  ),
  hold: Count('Sandboxes to keep warm, as requested.'),
  pingIntervalMs: Type.Optional(Millis('Maximum interval between two pings.')),
  concurrentPings: Type.Optional(
    Count('Pings at the same time, each lasting `pingMs`: shorter ones could reach the same sandbox twice.'),
  ),
  pingMs: Millis('How long a ping keeps its sandbox busy, as requested.'),
  outlasts: Type.Optional(
    Type.Object(
      {
        value: Type.Number({ description: '0 to 1.' }),
        low: Type.Number({ description: 'Lower end of its 95 % interval.' }),
        high: Type.Number({ description: 'Upper end of the interval.' }),
      },
      { description: 'Share of idle sandboxes that outlast one interval.' },
    ),
  ),
  pingsAMonth: Type.Optional(Type.Number({ description: 'Pings in a month of 30 days.' })),
  pingCostAMonth: Type.Optional(Type.Number({ description: 'Their cost, in the currency of the plan.' })),
  provisionedCostAMonth: Type.Optional(
    Type.Number({
      description:
        'Cost of the same number of provisioned sandboxes without use, if the platform offers them.',
    }),
  ),
  coldStartsAMonth: Estimate('Cold starts in a month at the rate of the range.'),
  avoidedAMonth: Type.Optional(Estimate('How many of these the pings would avoid.')),
  plan: Type.Optional(ShownPlan),
  restsOn: RestsOn,
  missing: Missing,
});

const MONTH_MS = 30 * 86_400_000;

/** Ways to keep functions warm. */
export const keepWarm = defineQuestion({
  name: 'keep-warm',
  operationId: 'getKeepWarm',
  summary: 'What keeps a function warm: how often to ping, how many at once, and what that costs and avoids',
  description:
    'Based on how long idle sandboxes were kept, and compared with provisioned concurrency. Method and worked example: docs/questions/keep-warm.md.',
  tag: 'cost',
  asked: {
    hold: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1000,
        default: 1,
        description: 'Sandboxes to keep warm. Default 1.',
      }),
    ),
    pingMs: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 10_000,
        default: 200,
        description:
          'How long a ping keeps its sandbox busy, at least the time by which pings sent together arrive apart. Default 200 ms.',
      }),
    ),
    plan: PlanParameter,
  },
  answer: { functions: Type.Array(FunctionKeepWarm) },
  list: 'functions',
  ask: async ({ store, window: judged, prices, parameters }) => {
    const window = await judged();
    const { scope } = window;
    const { hold = 1, pingMs = 200 } = parameters;
    const [blocks, configurations] = await Promise.all([
      loadBlocks(store, window),
      loadConfigurations(store, scope),
    ]);
    const functions = [...window.functions].flatMap(([name, { judged: own }]) => {
      const used = blocks.functions.get(name) ?? [];
      const months = (scope.toMs - Math.max(scope.fromMs, used[0]?.startMs ?? scope.fromMs)) / MONTH_MS;
      const deployments = (own?.deployments ?? []).filter(({ deployment }) =>
        isDeploymentOf(deployment, scope),
      );
      const rate = coldRateOf(used, {
        blockMs: blocks.widthMs,
        fromMs: scope.fromMs,
        keepAliveMs: deployments[0]?.judgement.keepAlive.valueMs,
      });
      const all = deployments.flatMap(({ judgement }) =>
        judgement.births.filter((birth) => isIn(birth.atMs)),
      ).length;
      return deployments.flatMap(({ deployment, judgement }) => {
        const configuration = configurations.find(
          (one) =>
            one.function === name &&
            one.region === deployment.region &&
            one.accountId === deployment.accountId &&
            one.platform === deployment.platform,
        );
        const { memoryBytes } = configuration ?? {};
        const births = judgement.births.filter((birth) => isIn(birth.atMs));
        const share = all > 0 ? births.length / all : 1;
        const aMonth = months > 0 ? scaled(rate, (share * rate.n) / months) : { n: rate.n };
        const plan = planFor(prices, parameters.plan, {
          ...deployment,
          architecture: configuration?.architecture,
        });
        const found = judgeKeepWarm({
          judgement,
          births,
          aMonth,
          hold,
          pingMs,
          memoryGb: memoryBytes === undefined ? undefined : memoryBytes / 2 ** 30,
          plan,
        });
        return [
          {
            function: name,
            deployment: shownDeployment(deployment),
            hold,
            pingMs,
            ...found,
            coldStartsAMonth: aMonth,
            ...(plan && { plan: shownPlan(plan) }),
            restsOn: evidenceInWords(judgement),
            missing: [...found.missing],
          },
        ];
      });
    });
    return { scope, truncated: window.truncated, body: { functions } };

    function isIn(atMs: number): boolean {
      return atMs >= scope.fromMs && atMs < scope.toMs;
    }
  },
});
