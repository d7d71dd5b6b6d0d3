import { groupBy } from '../../lifelines.ts';
import { Type } from '@fastify/type-provider-typebox';
import { billedMemoryGb, billedMs, charge } from '../../../prices/index.ts';
import type { ChosenPlan, PriceBook } from '../../../prices/index.ts';
import { basisOf, estimate } from '../../../schema/index.ts';
import { deploymentKey, toldDeployment } from '../../deployment-sql.ts';
import { evidenceScope } from '../../evidence-scope.ts';
import { PlanParameter, planFor, shownPlan } from '../shared/plan.ts';
import { defineQuestion } from '../question.ts';
import { loadSizes } from './evidence.ts';
import type { SizeEvidence } from './evidence.ts';
import { judgeMemory, NEEDED_CALLS } from './judge.ts';
import type { PredictedSize } from './judge.ts';
import { quotaLaw } from './quota-law.ts';
import { FunctionMemory } from './schema.ts';

/** Most invocations examined, the newest. */
const MAX_INVOCATIONS = 300_000;
/** Sizes within this of the fastest count as equally fast. */
const AS_FAST = 1.02;

/** The duration and cost of calls at other memory sizes, from ordinary traffic at one size. */
export const memory = defineQuestion({
  name: 'memory',
  operationId: 'getMemory',
  summary: 'Time and cost at other memory sizes, from ordinary traffic',
  description:
    'CPU time and waiting time are separated, and the platform’s CPU quota is applied to the CPU time, so that its steps show. ' +
    'Warm calls only.',
  tag: 'cost',
  asked: { plan: PlanParameter },
  answer: { functions: Type.Array(FunctionMemory) },
  list: 'functions',
  ask: async ({ store, scope: asked, parameters, prices }) => {
    const { scope, truncated } = await evidenceScope(store, asked, MAX_INVOCATIONS);
    const found = await loadSizes(store, scope);
    const functions = [...groupBy(found.sizes, ({ row }) => deploymentKey(row)).values()].map((sizes) =>
      answer(sizes, prices, parameters.plan),
    );
    return { scope, truncated: truncated || found.truncated, body: { functions } };
  },
});

function answer(sizes: readonly SizeEvidence[], prices: PriceBook, asked: string | undefined) {
  const { row, architecture } = sizes[0]!;
  const told = {
    ...toldDeployment(row),
    measured: sizes.map(shownMeasured),
  };
  const law = quotaLaw(row.platform);
  const judged = law && judgeMemory(law, sizes);
  if (judged === undefined) {
    const n = sizes.reduce((sum, size) => sum + size.n, 0);
    const missing = [
      law
        ? 'a memory size with a known number of CPUs'
        : `how ${row.platform || 'this platform'} assigns CPU to memory sizes`,
    ];
    const basis = { ...basisOf(n, NEEDED_CALLS, 'warm calls', [], missing), enough: false };
    return { ...told, sizes: [], treads: [], checked: [], basis };
  }
  const { basis, fromMb, cpuMs, waitingMs, cpuFrom, treads, checked } = judged;
  if (!basis.enough) return { ...told, fromMb, sizes: [], treads: [], checked: [], basis };
  const plan = planFor(prices, asked, { platform: row.platform, architecture, region: row.region });
  if (plan === undefined) basis.missing.push('a price plan');
  const priced = judged.sizes.map((size) => ({ size, perMillion: plan && perMillion(plan, size) }));
  const possible = priced.filter(({ size }) => size.fits !== false);
  const fastest = Math.min(...possible.map(({ size }) => size.meanMs));
  const fastestMb = possible.find(({ size }) => size.meanMs <= AS_FAST * fastest)?.size.memoryMb;
  const [cheapest] = possible
    .flatMap(({ size, perMillion: money }) => (money === undefined ? [] : [{ size, money }]))
    .toSorted((a, b) => a.money - b.money);
  return {
    ...told,
    fromMb,
    cpuMs,
    waitingMs,
    cpuFrom,
    sizes: priced.map((size) => shownSize(size, basis.n)),
    treads: [...treads],
    checked: [...checked],
    ...(cheapest && { cheapestMb: cheapest.size.memoryMb }),
    ...(fastestMb !== undefined && { fastestMb }),
    ...(plan && { plan: shownPlan(plan) }),
    basis,
  };
}

/** Billing rounds up each call separately. */
function perMillion({ plan }: ChosenPlan, size: PredictedSize): number | undefined {
  const n = size.calls.reduce((sum, call) => sum + call.n, 0);
  const billed = size.calls.reduce((sum, call) => sum + call.n * billedMs(plan, call.wallMs), 0) / n;
  const memoryGb = billedMemoryGb(plan.billing, size.memoryMb);
  return charge(plan, {
    requests: 1e6,
    billedMs: 1e6 * billed,
    ...(memoryGb !== undefined && { memoryGb }),
    vcpus: size.vcpus,
  })?.total;
}

function shownMeasured({ memoryMb, cpuModel, n, sandboxes, meanMs }: SizeEvidence) {
  return { memoryMb, ...(cpuModel !== '' && { cpuModel }), n, sandboxes, meanMs };
}

interface PricedSize {
  readonly size: PredictedSize;
  readonly perMillion: number | undefined;
}

function shownSize({ size, perMillion: money }: PricedSize, n: number) {
  const { memoryMb, vcpus, fits, meanMs, lowMs, highMs } = size;
  return {
    memoryMb,
    vcpus,
    ...(fits !== undefined && { fits }),
    meanMs: estimate(n, meanMs, lowMs, highMs),
    ...(money !== undefined && { perMillion: money }),
  };
}
