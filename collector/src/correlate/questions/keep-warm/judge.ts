import { billedMs, charge, MONTH_SECONDS, provisionedMonth } from '../../../prices/index.ts';
import type { ChosenPlan } from '../../../prices/index.ts';
import { wilson } from '../../../statistics/index.ts';
import { COLD_CAUSES } from '../../judge/index.ts';
import type { Birth, Judgement } from '../../judge/index.ts';
import type { Estimated, Lack } from '../../estimate.ts';
import { productOf } from '../../estimate.ts';

/** Inputs for keeping a function warm. */
export interface KeepWarmInput {
  readonly judgement: Pick<Judgement, 'survival' | 'keepAlive' | 'concurrency'>;
  /** Starts in the range, and cold starts per month at that rate. */
  readonly births: readonly Birth[];
  readonly aMonth: Estimated;
  /** Number of sandboxes to keep. */
  readonly hold: number;
  /** How long a ping occupies its sandbox, so that simultaneous pings reach different ones, ms. */
  readonly pingMs: number;
  readonly memoryGb: number | undefined;
  readonly plan: ChosenPlan | undefined;
}

export interface KeepWarm {
  /** `ping`, `provision`: whichever is cheaper. `unknown`: the keep-alive time is not known. */
  readonly advice: 'ping' | 'provision' | 'unknown';
  readonly pingIntervalMs?: number;
  readonly concurrentPings?: number;
  /** Share of sandboxes that survive one interval. */
  readonly outlasts?: { readonly value: number; readonly low: number; readonly high: number };
  readonly pingsAMonth?: number;
  readonly pingCostAMonth?: number;
  readonly provisionedCostAMonth?: number;
  readonly avoidedAMonth?: Estimated;
  readonly missing: readonly Lack[];
}

/** Fewer ends say too little about the early part of the curve. */
export const LEAST_DEATHS = 10;
/** Pings may be slightly late: only this share of the safe time is used. */
const USED_SHARE = 0.95;
/** Schedules use whole steps, ms. */
const STEP_MS = 10_000;
/** Below this interval the steps are seconds, ms. */
const FINE_BELOW_MS = 60_000;

/**
 * How to keep a function warm: with pings that arrive before one sandbox in twenty is gone, using the lower end of that
 * time's interval. Sandboxes still die of age, deploys and failures. Pure.
 */
export function judgeKeepWarm(input: KeepWarmInput): KeepWarm {
  const { judgement, hold, plan, memoryGb } = input;
  const { survival, keepAlive } = judgement;
  const provisioned =
    plan && memoryGb !== undefined ? provisionedMonth(plan.plan, hold, memoryGb) : undefined;
  const provisionedCost = provisioned === undefined ? {} : { provisionedCostAMonth: provisioned };
  const safeMs = survival.band?.knee.lowMs;
  const missing = missingOf(input);
  if (safeMs === undefined || !Number.isFinite(safeMs) || keepAlive.expectedDeaths < LEAST_DEATHS)
    return { advice: 'unknown', ...provisionedCost, missing };
  const pingIntervalMs = stepped(USED_SHARE * safeMs);
  const concurrentPings = pingsFor(judgement, hold);
  const pingsAMonth = (MONTH_SECONDS / (pingIntervalMs / 1000)) * concurrentPings;
  const cost =
    plan &&
    charge(plan.plan, {
      requests: pingsAMonth,
      billedMs: pingsAMonth * billedMs(plan.plan, input.pingMs),
      ...(memoryGb !== undefined && { memoryGb }),
    });
  const pingCost = cost === undefined ? {} : { pingCostAMonth: cost.total };
  return {
    advice:
      cost !== undefined && provisioned !== undefined && provisioned < cost.total ? 'provision' : 'ping',
    pingIntervalMs,
    concurrentPings,
    outlasts: {
      value: tableAt(survival.edgesMs, survival.kept, pingIntervalMs),
      low: tableAt(survival.edgesMs, survival.band!.low, pingIntervalMs),
      high: tableAt(survival.edgesMs, survival.band!.high, pingIntervalMs),
    },
    pingsAMonth,
    ...pingCost,
    ...provisionedCost,
    avoidedAMonth: avoided(input, pingIntervalMs),
    missing,
  };
}

function stepped(ms: number): number {
  const step = ms < FINE_BELOW_MS ? 1000 : STEP_MS;
  return Math.max(1000, Math.floor(ms / step) * step);
}

/** The number of pings at once for which the last one finds all but one sandbox occupied. */
function pingsFor({ concurrency }: KeepWarmInput['judgement'], hold: number): number {
  const slots = concurrency.model === 'one-to-many' ? (concurrency.slots ?? 2) : 1;
  return (hold - 1) * slots + 1;
}

/** Causes that kept sandboxes prevent. */
const CURED = (['idle', 'scale-out'] as const).map((cause) => COLD_CAUSES.indexOf(cause));

/**
 * Cold starts caused by idleness or load while fewer calls were in flight than sandboxes are kept, minus those that die
 * between two pings.
 */
function avoided({ births, aMonth, hold, judgement }: KeepWarmInput, intervalMs: number): Estimated {
  let cured = 0;
  for (const { busy, causes } of births) {
    if (busy < hold) for (const cause of CURED) cured += causes[cause]!;
  }
  const { edgesMs, kept, band } = judgement.survival;
  const held = {
    value: meanUpTo(edgesMs, kept, intervalMs),
    low: meanUpTo(edgesMs, band!.low, intervalMs),
    high: meanUpTo(edgesMs, band!.high, intervalMs),
    n: births.length,
  };
  return productOf(productOf(aMonth, wilson(cured, births.length)), held);
}

/** A table over idle times with linear interpolation. */
function tableAt(edges: Float64Array, table: Float64Array, at: number): number {
  const after = edges.findIndex((edge) => edge >= at);
  if (after < 0) return table.at(-1)!;
  if (after === 0) return table[0]!;
  const share = (at - edges[after - 1]!) / (edges[after]! - edges[after - 1]!);
  return table[after - 1]! + share * (table[after]! - table[after - 1]!);
}

const PARTS = 20;

function meanUpTo(edges: Float64Array, table: Float64Array, untilMs: number): number {
  let sum = 0;
  for (let part = 0; part < PARTS; part += 1) sum += tableAt(edges, table, ((part + 0.5) / PARTS) * untilMs);
  return sum / PARTS;
}

function missingOf({ judgement, plan, memoryGb, births }: KeepWarmInput): Lack[] {
  const deaths = Math.floor(judgement.keepAlive.expectedDeaths);
  const lacks: (Lack | false)[] = [
    deaths < LEAST_DEATHS && {
      what: 'ends by idleness, for the interval of pings',
      n: deaths,
      needed: LEAST_DEATHS,
    },
    judgement.concurrency.model === 'unknown' && {
      what: 'moments that show how many calls a sandbox takes at once; one call is assumed',
      n: judgement.concurrency.forced,
      needed: Math.max(1, judgement.concurrency.needed),
    },
    plan === undefined && {
      what: 'a price plan for the platform: none is known; add one with --prices',
      n: 0,
      needed: 1,
    },
    plan !== undefined &&
      memoryGb === undefined && {
        what: 'the memory of the function, which determines its price',
        n: 0,
        needed: 1,
      },
    births.length === 0 && {
      what: 'cold starts in the range, for the number that pings would avoid',
      n: 0,
      needed: 1,
    },
  ];
  return lacks.filter((lack) => lack !== false);
}
