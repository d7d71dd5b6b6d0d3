import { Type } from '@fastify/type-provider-typebox';
import { breakEvenPerHour } from '../../../prices/index.ts';
import type { ChosenPlan } from '../../../prices/index.ts';
import { toldDeployment } from '../../deployment-sql.ts';
import { evidenceScope } from '../../evidence-scope.ts';
import { reconcile } from '../../reports/index.ts';
import type { Reconciliation } from '../../reports/index.ts';
import { PlanParameter, planFor, shownPlan } from '../shared/plan.ts';
import { defineQuestion } from '../question.ts';
import { loadPayers, loadUse, payerKey } from './evidence.ts';
import type { UseRow } from './evidence.ts';
import { judgeCost } from './judge.ts';
import { MACHINES } from './machines.ts';
import { FunctionCost } from './schema.ts';

/** Most invocations examined, the newest. */
const MAX_INVOCATIONS = 300_000;
const HOURS_OF_MONTH = 720;
/** Most functions reconciled with imported records. */
const MAX_RECONCILED = 1_000;

/** The cost of functions, and the useful share of it. */
export const cost = defineQuestion({
  name: 'cost',
  operationId: 'getCost',
  summary: 'Cost of the calls by a dated price plan, how much of it is used, and when a machine is cheaper',
  description:
    'Free tiers are not deducted. Costs are given if there is a price plan for the platform; the answer names it.',
  tag: 'cost',
  asked: { plan: PlanParameter },
  answer: { functions: Type.Array(FunctionCost) },
  list: 'functions',
  ask: async ({ store, scope: asked, parameters, prices }) => {
    const { scope, truncated } = await evidenceScope(store, asked, MAX_INVOCATIONS);
    const plans = new Map<string, ChosenPlan>();
    for (const payer of await loadPayers(store, scope)) {
      const { platform, region, host_arch: architecture } = payer;
      const plan = planFor(prices, parameters.plan, { platform, region, architecture });
      if (plan) plans.set(payerKey(payer), plan);
    }
    const [use, reconciled] = await Promise.all([
      loadUse(store, scope, new Map([...plans].map(([key, { plan }]) => [key, plan]))),
      reconcile(store, scope, MAX_RECONCILED),
    ]);
    // As for cold starts: nothing is known of the time before the function's first call. All its deployments and sizes
    // have the same range, so that their months can be added up.
    const seenFromMs = new Map<string, number>();
    for (const { function: name, first_ms: firstMs } of use.rows)
      seenFromMs.set(name, Math.min(seenFromMs.get(name) ?? scope.toMs, firstMs));
    const rangeOf = (name: string): number =>
      Math.max(
        1,
        Math.min(scope.toMs, Date.now()) - Math.max(scope.fromMs, seenFromMs.get(name) ?? scope.fromMs),
      );
    const functions = use.rows.map((row) => {
      // A record names only the function, so it is used where the function has a single deployment.
      const isOnly = use.rows.filter((other) => other.function === row.function).length === 1;
      const own = isOnly ? reconciled.find((found) => found.function === row.function) : undefined;
      return shown(row, plans.get(payerKey(row)), rangeOf(row.function), own);
    });
    return { scope, truncated: truncated || use.truncated, body: { functions } };
  },
});

function shown(
  row: UseRow,
  chosen: ChosenPlan | undefined,
  rangeMs: number,
  reconciled: Reconciliation | undefined,
) {
  const answer = judgeCost(row, chosen?.plan, rangeMs);
  const { perMillion, callsPerMonth } = answer;
  const total = chosen?.plan.currency === 'USD' ? perMillion?.total.value : undefined;
  const machines = total !== undefined && total > 0 && answer.basis.enough ? MACHINES : [];
  return {
    ...toldDeployment(row),
    ...(row.mb !== '0' && { memoryMb: Number(row.mb) }),
    ...answer,
    breakEven: machines.map(({ name: machine, title, perHour, date, source }) => {
      const requestsPerHour = breakEvenPerHour(perHour, total ?? NaN);
      const share = callsPerMonth / HOURS_OF_MONTH / requestsPerHour;
      return { machine, title, perHour, date, source, requestsPerHour, share };
    }),
    ...(reconciled && { reconciliation: shownReconciled(reconciled) }),
    ...(chosen && { plan: shownPlan(chosen) }),
  };
}

function shownReconciled(found: Reconciliation) {
  const { both, withoutReport, withoutSpan, measuredMs, reportedMs, billedMs, billedOtherwise } = found;
  return {
    both,
    withoutReport,
    withoutSpan,
    measuredMs,
    reportedMs,
    ...(billedMs !== undefined && { billedMs }),
    ...(billedMs !== undefined && both > 0 && { beyondHandlerMs: (billedMs - measuredMs) / both }),
    billedOtherwise,
  };
}
