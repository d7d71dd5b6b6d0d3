import { billedMs, charge } from '../../../prices/index.ts';
import type { ChosenPlan, PricePlan } from '../../../prices/index.ts';
import { overCosts, partsOf, phasesOf } from '../../cold-cost/index.ts';
import type { Bounded, ColdCall, Cost, Phases, WarmCalls } from '../../cold-cost/index.ts';
import type { Birth } from '../../judge/index.ts';
import type { Block } from '../shared/blocks.ts';
import { coldRateOf, LEAST_BLOCKS } from '../shared/cold-rate.ts';
import type { ColdRate } from '../shared/cold-rate.ts';
import { LEAST_FOR_MEDIAN, medianOf } from '../../estimate.ts';
import type { Estimated, Lack } from '../../estimate.ts';
import { changesOf, WEEK_DAYS } from './changes.ts';
import type { Change } from './changes.ts';
import { aMonthOf, ledgerOf, mainCauseOf } from './ledger.ts';
import type { Cause, Costed, LedgerEntry } from './ledger.ts';

/** The inputs about the cold starts of one function. */
export interface ColdStartsInput {
  readonly fromMs: number;
  readonly toMs: number;
  /** Start of the function's calls in it, ms since the epoch; the projection to a month uses this. */
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
  /** At least one call named its sandbox. */
  readonly isNamed: boolean;
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
  readonly rate: ColdRate;
  readonly phases: Phases;
  readonly groups: readonly ColdGroup[];
  readonly ledger: readonly LedgerEntry[];
  readonly mainCause?: Cause;
  readonly changes: readonly Change[];
  readonly restsOn: readonly string[];
  readonly missing: readonly Lack[];
}

const MOST_GROUPS = 50;
const DAY_MS = 86_400_000;

/** The cold starts of one function: how often, their cost and their causes. Pure. */
export function judgeColdStarts(input: ColdStartsInput): ColdStarts {
  const { toMs, blocks, births, plan } = input;
  const sum = (of: (block: Block) => number): number => blocks.reduce((all, block) => all + of(block), 0);
  const [invocations, coldStarts] = [sum((own) => own.invocations), sum((own) => own.cold)];
  const rate = coldRateOf(blocks, input);
  const parts = partsOf(input.colds, input);
  const costed = parts.map(({ call, cost, initMs, penalty }): Costed => {
    const money = plan && moneyBetween(plan.plan, call, initMs ?? 0, penalty);
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

/** The cost of a cold start compared with a warm call, over the interval of the first-call penalty. */
function moneyBetween(
  plan: PricePlan,
  call: ColdCall,
  initMs: number,
  penalty: Cost = { ms: 0 },
): Bounded | undefined {
  const [value, least, most] = [penalty.ms, penalty.leastMs, penalty.mostMs].map((ms) =>
    ms === undefined ? undefined : moneyOf(plan, call, initMs, ms),
  );
  return value === undefined
    ? undefined
    : { value, ...(least !== undefined && { least }), ...(most !== undefined && { most }) };
}

/** The same for one penalty. */
function moneyOf(
  plan: PricePlan,
  { durationMs, memoryBytes }: ColdCall,
  initMs: number,
  penaltyMs: number,
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
      ? `all ${coldStarts} cold starts`
      : `a random sample of ${colds.length} of ${coldStarts} cold starts`,
    ...(judgedFromMs === undefined
      ? []
      : [
          `${births.length} starts of sandboxes, judged from all data since ${new Date(judgedFromMs).toISOString()}`,
        ]),
    ...(warmBeyondMs.length === 0 ? [] : [`callers’ spans of ${warmBeyondMs.length} warm calls`]),
    ...(plan ? [`price plan ${plan.plan.name}`] : []),
  ];
}

function missing(
  { colds, warmBeyondMs, plan, birthOf, isNamed }: ColdStartsInput,
  told: { phases: Phases; costed: readonly Costed[]; blocks: number; days: number; coldStarts: number },
): Lack[] {
  const { phases, costed, blocks, days, coldStarts } = told;
  const unjudged = colds.filter((call) => call.initType !== 'reinit' && birthOf(call) === undefined).length;
  const lacks: (Lack | false)[] = [
    blocks < LEAST_BLOCKS && {
      what: 'stretches of time for the interval of the rate; with so few, it assumes that the cold starts of the fullest one are dependent',
      n: blocks,
      needed: LEAST_BLOCKS,
    },
    coldStarts > 0 &&
      !isNamed && {
        what: 'calls that name their sandbox (faas.instance or sandscope.sandbox.id): without it the causes of cold starts are unknown',
        n: 0,
        needed: 1,
      },
    isNamed &&
      unjudged > 0 && {
        what: 'cold starts whose sandbox is judged; the cause of the others is unknown',
        n: colds.length - unjudged,
        needed: colds.length,
      },
    phases.initMs.n < Math.min(coldStarts, LEAST_FOR_MEDIAN) && {
      what: 'cold starts that report their initialisation',
      n: phases.initMs.n,
      needed: LEAST_FOR_MEDIAN,
    },
    phases.platformMs.n < LEAST_FOR_MEDIAN && {
      what: 'cold starts with the span of their caller, for the time of the platform',
      n: phases.platformMs.n,
      needed: LEAST_FOR_MEDIAN,
    },
    (phases.firstCallMs.value === undefined || (phases.firstCallMs.high ?? 0) < 0) && {
      what:
        phases.firstCallMs.value === undefined
          ? 'first calls to compare with warm ones of the same version, memory and CPU model; their additional time counts as 0 where it is unknown'
          : 'first calls with the same work as warm ones: these took less time, so their additional time counts as 0',
      n: phases.firstCallMs.value === undefined ? Math.min(phases.firstCallMs.n, LEAST_FOR_MEDIAN - 1) : 0,
      needed: LEAST_FOR_MEDIAN,
    },
    warmBeyondMs.length < LEAST_FOR_MEDIAN && {
      what: 'warm calls with the span of their caller',
      n: warmBeyondMs.length,
      needed: LEAST_FOR_MEDIAN,
    },
    plan === undefined && {
      what: 'a price plan for the platform: none is known; add one with --prices',
      n: 0,
      needed: 1,
    },
    plan !== undefined &&
      colds.length > 0 &&
      costed.every(({ money }) => money === undefined) && {
        what: 'properties that the price plan depends on, such as memory',
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
