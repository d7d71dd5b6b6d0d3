import { Type } from '@fastify/type-provider-typebox';
import { billedMemoryGb, charge } from '../../../prices/index.ts';
import type { ChosenPlan, PriceBook } from '../../../prices/index.ts';
import { deploymentKey, toldDeployment } from '../../deployment-sql.ts';
import { evidenceScope } from '../../evidence-scope.ts';
import { groupBy, lifelineKey } from '../../lifelines.ts';
import { PlanParameter, planFor, shownPlan } from '../shared/plan.ts';
import { quotaLaw } from '../memory/quota-law.ts';
import { defineQuestion } from '../question.ts';
import { neighboursOf } from './contention.ts';
import { loadBusy, loadSlots } from './evidence.ts';
import type { BusySlot, SandboxSlot } from './evidence.ts';
import { isFound, judgeCpu } from './judge.ts';
import type { CpuAnswer } from './judge.ts';
import { FunctionCpu } from './schema.ts';

/** Most invocations examined, the newest. */
const MAX_INVOCATIONS = 100_000;
/** Minimum confidence of hosts: neighbours on less certain ones would be guesses. */
const KNOWN_HOST = new Set(['declared', 'kernel', 'derived']);

/** The effect of CPU models on time and cost, and causes of lost CPU time. */
export const cpu = defineQuestion({
  name: 'cpu',
  operationId: 'getCpu',
  summary: 'CPU models and their effect on time and cost, and a verdict on what takes CPU time away',
  description: 'Differences are tested by permutation within strata, and corrected for how many are tested.',
  tag: 'cost',
  asked: { plan: PlanParameter },
  answer: { functions: Type.Array(FunctionCpu) },
  list: 'functions',
  ask: async ({ store, scope: asked, parameters, prices, hosts: loadHosts }) => {
    const { scope, truncated } = await evidenceScope(store, asked, MAX_INVOCATIONS);
    const [found, hosts] = await Promise.all([loadSlots(store, scope), loadHosts()]);
    const hostOf = (slot: BusySlot): string | undefined => {
      const host = hosts.get(lifelineKey(slot));
      return host?.id !== undefined && KNOWN_HOST.has(host.confidence) ? host.id : undefined;
    };
    const hosted = found.slots.filter((slot) => hostOf(slot) !== undefined);
    const neighbours = neighboursOf(hosted, await loadBusy(store, hosted), hostOf);
    const deployments = [...groupBy(found.slots, deploymentKey).values()];
    const functions = judgeCpu(deployments, neighbours).map((answer) =>
      shown(answer, prices, parameters.plan),
    );
    return { scope, truncated: truncated || found.truncated, body: { functions } };
  },
});

function shown(answer: CpuAnswer, prices: PriceBook, asked: string | undefined) {
  const { slots, models, signals, verdict, basis } = answer;
  const [slot] = slots as readonly [SandboxSlot, ...SandboxSlot[]];
  const { platform, region, architecture } = slot;
  const plan = planFor(prices, asked, { platform, region, architecture });
  return {
    ...toldDeployment(slot),
    verdict,
    models: models.map((model) => shownModel(model, plan && costRatio(plan, slots, model.time.value))),
    signals: signals.map(shownSignal),
    ...(plan && { plan: shownPlan(plan) }),
    basis,
  };
}

function shownModel(model: CpuAnswer['models'][number], ratio: number | undefined) {
  return { ...model, ...(ratio !== undefined && { costRatio: ratio }), found: isFound(model) };
}

function shownSignal(test: CpuAnswer['signals'][number]) {
  return { ...test, found: isFound(test) };
}

/** Time costs the same on every model, plus the price of the request. */
function costRatio(
  { plan }: ChosenPlan,
  slots: readonly SandboxSlot[],
  time: number | undefined,
): number | undefined {
  const n = slots.reduce((sum, slot) => sum + slot.n, 0);
  const meanMs = slots.reduce((sum, slot) => sum + slot.n * slot.meanMs, 0) / n;
  const memoryMb = slots[0]?.memoryMb ?? 0;
  const memoryGb = memoryMb > 0 ? billedMemoryGb(plan.billing, memoryMb) : undefined;
  const vcpus = quotaLaw(slots[0]?.platform ?? '')?.vcpus(memoryMb);
  const priced = charge(plan, {
    requests: 1,
    billedMs: meanMs,
    ...(memoryGb !== undefined && { memoryGb }),
    ...(vcpus !== undefined && { vcpus }),
  });
  if (priced === undefined || priced.total <= 0 || time === undefined) return undefined;
  return (priced.requests + time * priced.time) / priced.total;
}
