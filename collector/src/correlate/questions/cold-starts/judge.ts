import { billedMs, charge } from '../../../prices/index.ts';
import type { ChosenPlan, PricePlan } from '../../../prices/index.ts';
import { clusterProportion } from '../../../statistics/index.ts';
import { overCosts, partsOf, phasesOf } from '../../cold-cost/index.ts';
import type { ColdCall, Cost, Phases, WarmCalls } from '../../cold-cost/index.ts';
import type { Birth } from '../../judge/index.ts';
import type { Block } from '../shared/blocks.ts';
import { widened } from '../shared/blocks.ts';
import { LEAST_FOR_MEDIAN, medianOf } from '../shared/estimate.ts';
import type { Estimated, Lack } from '../shared/estimate.ts';
import { changesOf, WEEK_DAYS } from './changes.ts';
import type { Change } from './changes.ts';
import { aMonthOf, ledgerOf, mainCauseOf } from './ledger.ts';
import type { Cause, Costed, LedgerEntry } from './ledger.ts';

/** The inputs about the cold starts of one function. */
export interface ColdStartsInput {
  readonly fromMs: number;
  readonly toMs: number;
  /** Start of the calls of any function in it, ms since the epoch; the projection to a month uses this. */
  readonly seenFromMs: number;
  readonly blocks: readonly Block[];
  /** Width of those, ms. */
  readonly blockMs: number;
  /** A sample of the cold starts. */
  readonly colds: readonly ColdCall[];
  readonly warm: readonly WarmCalls[];
  readonly warmBeyondMs: readonly number[];
  readonly births: readonly Birth[];
  readonly birthOf: (call: ColdCall) => Birth | undefined;
  /** Start of the judged period, ms since the epoch. */
  readonly judgedFromMs: number | undefined;
  /** Median idle time at which sandboxes are gone, ms. */
  readonly keepAliveMs: number | undefined;
  readonly firstOfTenant: ReadonlySet<string>;
  readonly plan: ChosenPlan | undefined;
}

export interface ColdGroup {
  readonly by: 'cpu-model' | 'memory' | 'version' | 'hour';
  readonly value: string;
  readonly coldStarts: number;
  readonly totalMs: Estimated;
}

export interface ColdStarts {
  readonly invocations: number;
  readonly coldStarts: number;
  readonly rate: {
    readonly value?: number;
    readonly low: number;
    readonly high: number;
    readonly n: number;
    readonly blocks: number;
  };
  readonly phases: Phases;
  readonly groups: readonly ColdGroup[];
  readonly ledger: readonly LedgerEntry[];
  readonly mainCause?: Cause;
  readonly changes: readonly Change[];
  readonly restsOn: readonly string[];
  readonly missing: readonly Lack[];
}

const LEAST_BLOCK_MS = 15 * 60_000;
const LEAST_BLOCKS = 10;
const MOST_GROUPS = 50;
const DAY_MS = 86_400_000;

/** The cold starts of one function: how often, their cost and their causes. Pure. */
export function judgeColdStarts(input: ColdStartsInput): ColdStarts {
  const { toMs, blocks, births, plan } = input;
  const sum = (of: (block: Block) => number): number => blocks.reduce((all, block) => all + of(block), 0);
  const [invocations, coldStarts] = [sum((own) => own.invocations), sum((own) => own.cold)];
  const rate = rateOf(input);
  const parts = partsOf(input.colds, input);
  const costed = parts.map(({ call, cost, initMs, penaltyMs }): Costed => {
    const money = plan && moneyOf(plan.plan, call, initMs ?? 0, penaltyMs);
    return { call, ...(cost && { cost }), ...(money !== undefined && { money }) };
  });
  const ledger = ledgerOf({
    coldStarts,
    costed,
    birthOf: input.birthOf,
    firstOfTenant: input.firstOfTenant,
    aMonth: aMonthOf(rate, rate.n, toMs - input.seenFromMs),
  });
  const mainCause = mainCauseOf(ledger);
  const days = input.judgedFromMs === undefined ? 0 : Math.floor((toMs - input.judgedFromMs) / DAY_MS);
  const phases = phasesOf(parts);
  return {
    invocations,
    coldStarts,
    rate,
    phases,
    groups: groupsOf(costed),
    ledger,
    ...(mainCause && { mainCause }),
    changes: days >= 2 * WEEK_DAYS ? changesOf(births, toMs) : [],
    restsOn: restsOn(input, coldStarts),
    missing: missing(input, { phases, costed, blocks: rate.blocks, days, coldStarts }),
  };
}

/** Uses stretches of time at least twice the keep-alive time, so that one idle period is not counted twice. */
function rateOf({ blocks, blockMs, fromMs, keepAliveMs = 0 }: ColdStartsInput): ColdStarts['rate'] {
  const leastMs = Math.max(LEAST_BLOCK_MS, 2 * keepAliveMs);
  const wide = widened(blocks, fromMs, Math.max(blockMs, Math.ceil(leastMs / blockMs) * blockMs));
  const used = wide.length >= LEAST_BLOCKS ? wide : blocks;
  const hits = used.map(({ cold }) => cold);
  const trials = used.map(({ cold, warm }) => cold + warm);
  // With few stretches a burst counts as one call: the largest shows how many calls are correlated.
  const burst = Math.max(1, ...hits);
  const { value, low, high, n, clusters } = clusterProportion(
    hits,
    trials,
    used.length < LEAST_BLOCKS ? { assumedDesignEffect: burst } : {},
  );
  return { ...(value !== undefined && { value }), low, high, n, blocks: clusters };
}

/** The cost of a cold start compared with a warm call. */
function moneyOf(
  plan: PricePlan,
  { durationMs, memoryBytes }: ColdCall,
  initMs: number,
  penaltyMs = 0,
): number | undefined {
  const memoryGb = memoryBytes === undefined ? {} : { memoryGb: memoryBytes / 2 ** 30 };
  const cold = charge(plan, { requests: 0, billedMs: billedMs(plan, durationMs, initMs), ...memoryGb });
  const warm = charge(plan, {
    requests: 0,
    billedMs: billedMs(plan, Math.max(0, durationMs - penaltyMs)),
    ...memoryGb,
  });
  return cold && warm && cold.total - warm.total;
}

function groupsOf(costed: readonly Costed[]): ColdGroup[] {
  const by = {
    'cpu-model': ({ cpuModel }: ColdCall) => cpuModel || undefined,
    memory: ({ memoryBytes }: ColdCall) =>
      memoryBytes === undefined ? undefined : String(memoryBytes / 2 ** 20),
    version: ({ version }: ColdCall) => version || undefined,
    hour: ({ startMs }: ColdCall) => String(new Date(startMs).getUTCHours()),
  } as const;
  return Object.entries(by).flatMap(([name, valueOf]) => {
    const groups = new Map<string, { count: number; costs: Cost[] }>();
    for (const { call, cost } of costed) {
      const value = valueOf(call);
      if (value === undefined) continue;
      const group = groups.get(value) ?? { count: 0, costs: [] };
      groups.set(value, group);
      group.count += 1;
      if (cost) group.costs.push(cost);
    }
    return [...groups]
      .sort(([a, one], [b, other]) => other.count - one.count || (a < b ? -1 : 1))
      .slice(0, MOST_GROUPS)
      .map(([value, { count, costs }]) => ({
        by: name as ColdGroup['by'],
        value,
        coldStarts: count,
        totalMs: overCosts(costs, medianOf),
      }));
  });
}

function restsOn(
  { colds, births, warmBeyondMs, judgedFromMs, plan }: ColdStartsInput,
  coldStarts: number,
): string[] {
  return [
    colds.length === coldStarts
      ? `every one of ${coldStarts} cold starts`
      : `${colds.length} of ${coldStarts} cold starts, taken without regard to anything`,
    ...(judgedFromMs === undefined
      ? []
      : [
          `${births.length} starts of sandboxes judged from what was seen since ${new Date(judgedFromMs).toISOString()}`,
        ]),
    ...(warmBeyondMs.length === 0 ? [] : [`callers’ spans of ${warmBeyondMs.length} warm calls`]),
    ...(plan ? [`price plan ${plan.plan.name}`] : []),
  ];
}

function missing(
  { colds, warmBeyondMs, plan }: ColdStartsInput,
  told: { phases: Phases; costed: readonly Costed[]; blocks: number; days: number; coldStarts: number },
): Lack[] {
  const { phases, costed, blocks, days, coldStarts } = told;
  const lacks: (Lack | false)[] = [
    blocks < LEAST_BLOCKS && {
      what: 'stretches of time for the interval of the rate; it assumes that the cold starts of the fullest one hang together',
      n: blocks,
      needed: LEAST_BLOCKS,
    },
    phases.initMs.n < Math.min(coldStarts, LEAST_FOR_MEDIAN) && {
      what: 'cold starts that tell their initialisation',
      n: phases.initMs.n,
      needed: LEAST_FOR_MEDIAN,
    },
    phases.platformMs.n < LEAST_FOR_MEDIAN && {
      what: 'cold starts with the span of their caller, for what the platform takes',
      n: phases.platformMs.n,
      needed: LEAST_FOR_MEDIAN,
    },
    (phases.firstCallMs.value === undefined || (phases.firstCallMs.high ?? 0) < 0) && {
      what:
        phases.firstCallMs.value === undefined
          ? 'first calls to compare with warm ones of the same version, memory and CPU model; what they take longer is counted as 0 where it is not known'
          : 'first calls that do the same work as warm ones: these took less, and what they take longer is counted as 0',
      n: phases.firstCallMs.value === undefined ? Math.min(phases.firstCallMs.n, LEAST_FOR_MEDIAN - 1) : 0,
      needed: LEAST_FOR_MEDIAN,
    },
    warmBeyondMs.length < LEAST_FOR_MEDIAN && {
      what: 'warm calls with the span of their caller',
      n: warmBeyondMs.length,
      needed: LEAST_FOR_MEDIAN,
    },
    plan === undefined && {
      what: 'a price plan for the platform: none is known; --prices gives one',
      n: 0,
      needed: 1,
    },
    plan !== undefined &&
      colds.length > 0 &&
      costed.every(({ money }) => money === undefined) && {
        what: 'what the price plan goes by, such as memory',
        n: 0,
        needed: 1,
      },
    days < 2 * WEEK_DAYS && {
      what: 'days of judged starts, to compare the last week with the one before',
      n: Math.max(0, days),
      needed: 2 * WEEK_DAYS,
    },
  ];
  return lacks.filter((lack) => lack !== false);
}
