import { isoTime } from '../../../schema/index.ts';
import { wilson } from '../../../statistics/index.ts';
import type { Birth } from '../../judge/index.ts';
import type { FunctionWindow, Window } from '../../window.ts';
import { defineQuestion } from '../question.ts';
import { loadBlocks, widened } from '../shared/blocks.ts';
import { loadConfigurations } from '../shared/facts.ts';
import { planFor, shownPlan } from '../shared/plan.ts';
import { loadColdEvidence } from './evidence.ts';
import type { ColdCall } from '../../cold-cost/index.ts';
import { judgeColdStarts } from './judge.ts';
import { judgeProactive } from './proactive.ts';
import { answer, asked } from './schema.ts';

const MONTH_MS = 30 * 86_400_000;

/** How often functions start cold, the cost, and the causes. */
export const coldStarts = defineQuestion({
  name: 'cold-starts',
  operationId: 'getColdStarts',
  summary: 'Cold starts: how often, what they cost the caller by phase, and why',
  description:
    'Rate with a clustered interval, cost by phase, by CPU model, memory, version and hour, and a ledger of causes with time and ' +
    'money a month. Method and worked example: docs/questions/cold-starts.md.',
  tag: 'cost',
  asked,
  answer,
  list: 'functions',
  ask: async ({ store, window: judged, prices, parameters }) => {
    const window = await judged();
    const { scope } = window;
    const { widthMs, functions } = await loadBlocks(store, window);
    const coldOf = (name: string): number =>
      (functions.get(name) ?? []).reduce((sum, { cold }) => sum + cold, 0);
    const ranked = [...functions.keys()].sort((a, b) => coldOf(b) - coldOf(a) || (a < b ? -1 : 1));
    const names = ranked.slice(0, parameters.limit ?? 50);
    const invocations = [...functions.values()].flat().reduce((sum, block) => sum + block.invocations, 0);
    const evidence = await loadColdEvidence(store, scope, {
      names,
      invocations,
      plan: window.plan,
    });
    // The platform is also needed for a function without cold starts.
    const isAllCold = names.every((name) => evidence.colds.some((call) => call.function === name));
    const configurations = isAllCold ? [] : await loadConfigurations(store, scope);
    const body = names.map((name) => {
      const blocks = functions.get(name) ?? [];
      // Its own: what it is asked together with does not change what a function costs in a month.
      const seenFromMs = Math.max(scope.fromMs, blocks[0]?.startMs ?? scope.fromMs);
      const colds = evidence.colds.filter((call) => call.function === name);
      const used = window.functions.get(name);
      const own = birthsOf(window, used);
      const first = colds[0] ?? configurations.find((one) => one.function === name);
      const plan = planFor(prices, parameters.plan, {
        platform: first?.platform,
        architecture: first?.architecture,
        region: first?.region,
      });
      const found = judgeColdStarts({
        fromMs: scope.fromMs,
        toMs: scope.toMs,
        seenFromMs,
        blocks,
        blockMs: widthMs,
        colds,
        warm: evidence.warm.filter((warm) => warm.function === name),
        warmBeyondMs: evidence.warmBeyondMs.get(name) ?? [],
        ...own,
        isNamed: (used?.lives.length ?? 0) > 0,
        firstOfTenant: evidence.firstOfTenant,
        plan,
      });
      const bucketMs = Math.max(
        widthMs,
        Math.ceil((scope.toMs - scope.fromMs) / (parameters.buckets ?? 24) / widthMs) * widthMs,
      );
      return {
        function: name,
        ...found,
        groups: [...found.groups],
        ledger: [...found.ledger],
        changes: [...found.changes],
        restsOn: [...found.restsOn],
        missing: [...found.missing],
        buckets: widened(blocks, blocks[0]?.startMs ?? scope.fromMs, bucketMs).map((bucket) => ({
          start: isoTime(bucket.startMs),
          coldStarts: bucket.cold,
          invocations: bucket.invocations,
          rate: wilson(bucket.cold, bucket.cold + bucket.warm),
        })),
        proactive: judgeProactive(
          evidence.proactive.get(name) ?? { used: 0, unused: 0, idle: [] },
          plan?.plan,
          (scope.toMs - seenFromMs) / MONTH_MS,
        ),
        ...(plan && { plan: shownPlan(plan) }),
      };
    });
    return { scope, truncated: window.truncated || ranked.length > names.length, body: { functions: body } };
  },
});

/** The judged starts of a function's sandboxes up to the end of the scope, for the deployments and version in scope. */
function birthsOf({ scope }: Pick<Window, 'scope'>, judged: FunctionWindow | undefined) {
  const deployments = (judged?.judged?.deployments ?? []).filter(
    ({ deployment }) => scope.region === undefined || deployment.region === scope.region,
  );
  const births: Birth[] = [];
  const byId = new Map<string, Birth>();
  let judgedFromMs: number | undefined;
  for (const { judgement } of deployments) {
    const idsOf = new Map(judgement.sandboxes.map(({ key, ids }) => [key, ids]));
    for (const birth of judgement.births) {
      births.push(birth);
      for (const id of [birth.key, ...(idsOf.get(birth.key) ?? [])]) byId.set(id, birth);
    }
    for (const { firstMs } of judgement.sandboxes) judgedFromMs = Math.min(judgedFromMs ?? Infinity, firstMs);
  }
  const [busiest] = deployments;
  return {
    births,
    birthOf: ({ instance, sandboxId }: ColdCall) => byId.get(instance) ?? byId.get(sandboxId),
    judgedFromMs,
    keepAliveMs: busiest?.judgement.keepAlive.valueMs,
  };
}
