import { LEAST_FOR_MEDIAN, medianOf } from '../estimate.ts';
import type { Estimated } from '../estimate.ts';
import type { ColdTimes, WarmCalls } from './evidence.ts';

/** The parts of a cold start, ms. */
export interface Parts<Cold extends ColdTimes = ColdTimes> {
  readonly call: Cold;
  readonly platformMs?: number;
  readonly initMs?: number;
  /** Its handler time minus that of warm calls: mostly the difference in their work, and may be below 0. */
  readonly firstMs?: number;
  /** The extra time of a first call of its kind, at least 0. */
  readonly penalty?: Cost;
  /** The caller's wait for it. */
  readonly cost?: Cost;
}

/** How much a cold start adds to the caller's wait, ms, at least 0; with the lowest and highest possible penalty. */
export interface Cost {
  readonly ms: number;
  /** Absent if there are too few first calls for the penalty. */
  readonly leastMs?: number;
  readonly mostMs?: number;
}

/** An amount with its lowest and highest possible value; absent if these are unknown. */
export interface Bounded {
  readonly value: number;
  readonly least?: number;
  readonly most?: number;
}

/** Initialisations that finish before any call arrives. */
export const AHEAD: ReadonlySet<string> = new Set(['proactive', 'provisioned']);

/** The warm calls that cold starts are compared with. */
export interface Usual {
  readonly warm: readonly WarmCalls[];
  /** How much longer callers of warm calls waited than the function ran, ms. */
  readonly warmBeyondMs: readonly number[];
}

/**
 * How much each cold start adds to its caller's wait.
 *
 * The times of platform and initialisation are known for each call. The extra time of a handler's first call is not:
 * one cold call minus the median of warm ones reflects the work of that call as much as its coldness. So the penalty is
 * one number per kind of call, the median of these differences. A cold start does not shorten work, so a negative value
 * counts as 0.
 */
export function partsOf<Cold extends ColdTimes>(
  colds: readonly Cold[],
  { warm, warmBeyondMs }: Usual,
): Parts<Cold>[] {
  const usualMs = medianOf(warmBeyondMs).value;
  const warmOf = new Map(warm.map((own) => [kindOf(own), own.medianMs]));
  const differences = colds.map((call) => {
    const warmMs = warmOf.get(kindOf(call));
    return warmMs === undefined || call.hasFailed ? undefined : call.durationMs - warmMs;
  });
  const penaltyOf = penalties(colds, differences);
  return colds.map((call, index): Parts<Cold> => {
    const firstMs = differences[index];
    const { initMs, beyondMs } = call;
    const isWaitedFor = !AHEAD.has(call.initType);
    // Initialisation ends before the handler begins, and the caller waits for both.
    const seenMs = beyondMs === undefined || usualMs === undefined ? undefined : beyondMs - usualMs;
    const platformMs =
      seenMs === undefined || initMs === undefined || !isWaitedFor ? undefined : seenMs - initMs;
    const waitMs = seenMs === undefined ? (isWaitedFor ? initMs : 0) : Math.max(0, seenMs);
    const penalty = penaltyOf(call);
    return {
      call,
      ...(platformMs !== undefined && { platformMs }),
      ...(initMs !== undefined && { initMs }),
      ...(firstMs !== undefined && { firstMs }),
      ...(penalty !== undefined && { penalty }),
      ...(waitMs !== undefined && { cost: costOf(waitMs, penalty) }),
    };
  });
}

/** Calls that are comparable: same version, memory and CPU model. */
function kindOf({
  version,
  memoryBytes,
  cpuModel,
}: Pick<ColdTimes, 'version' | 'memoryBytes' | 'cpuModel'>): string {
  return `${version}\n${memoryBytes ?? ''}\n${cpuModel}`;
}

/** By kind if it has enough first calls, else from all first calls of the function. */
function penalties(
  colds: readonly ColdTimes[],
  differences: readonly (number | undefined)[],
): (call: ColdTimes) => Cost | undefined {
  const byKind = new Map<string, number[]>();
  for (const [index, difference] of differences.entries()) {
    if (difference === undefined) continue;
    const kind = kindOf(colds[index]!);
    const own = byKind.get(kind);
    if (own) own.push(difference);
    else byKind.set(kind, [difference]);
  }
  const penaltyOf = (values: readonly number[]): Cost | undefined => {
    const { value: ms, low: leastMs, high: mostMs } = durationOf(medianOf(values));
    if (ms === undefined) return undefined;
    return leastMs === undefined || mostMs === undefined ? { ms } : { ms, leastMs, mostMs };
  };
  const all = penaltyOf([...byKind.values()].flat());
  const known = new Map(
    [...byKind].flatMap(([kind, own]) =>
      own.length < LEAST_FOR_MEDIAN ? [] : [[kind, penaltyOf(own)] as const],
    ),
  );
  return (call) => known.get(kindOf(call)) ?? all;
}

function costOf(waitMs: number, penalty: Cost | undefined): Cost {
  const { ms, leastMs, mostMs } = penalty ?? { ms: 0, leastMs: 0, mostMs: 0 };
  if (leastMs === undefined || mostMs === undefined) return { ms: waitMs + ms };
  return { ms: waitMs + ms, leastMs: waitMs + leastMs, mostMs: waitMs + mostMs };
}

export interface Phases {
  readonly platformMs: Estimated;
  readonly runtimeMs: Estimated;
  readonly moduleMs: Estimated;
  readonly initMs: Estimated;
  readonly firstCallMs: Estimated;
  /** The part of it that counts as cost: at least 0. */
  readonly penaltyMs: Estimated;
  readonly totalMs: Estimated;
}

export function phasesOf(parts: readonly Parts[]): Phases {
  const of = (pick: (part: Parts) => number | undefined): Estimated =>
    medianOf(parts.flatMap((part) => pick(part) ?? []));
  return {
    platformMs: durationOf(of(({ platformMs }) => platformMs)),
    runtimeMs: of(({ call }) => call.runtimeMs),
    moduleMs: of(({ call }) => call.moduleMs),
    initMs: of(({ initMs }) => initMs),
    firstCallMs: differenceOf(of(({ firstMs }) => firstMs)),
    penaltyMs: of(({ penalty }) => penalty?.ms),
    totalMs: overCosts(
      parts.flatMap(({ cost }) => cost ?? []),
      medianOf,
    ),
  };
}

/**
 * A median or mean of costs. Cold starts of a kind share one penalty, so its uncertainty does not show in their
 * variation: its own interval is added.
 */
export function overCosts(
  costs: readonly Cost[],
  estimate: (values: readonly number[]) => Estimated,
): Estimated {
  const found = overBounded(costs.map(boundedOf), estimate);
  const isTold = costs.every(({ leastMs, mostMs }) => leastMs !== undefined && mostMs !== undefined);
  return isTold || found.value === undefined ? found : { value: found.value, n: found.n };
}

export function boundedOf({ ms, leastMs, mostMs }: Cost): Bounded {
  return {
    value: ms,
    ...(leastMs !== undefined && { least: leastMs }),
    ...(mostMs !== undefined && { most: mostMs }),
  };
}

/** The same for any amounts; an amount without bounds counts as exact. */
export function overBounded(
  amounts: readonly Bounded[],
  estimate: (values: readonly number[]) => Estimated,
): Estimated {
  const found = estimate(amounts.map(({ value }) => value));
  const { value, low, high, n } = found;
  if (value === undefined || low === undefined || high === undefined) return found;
  const { value: least = value } = estimate(amounts.map((amount) => amount.least ?? amount.value));
  const { value: most = value } = estimate(amounts.map((amount) => amount.most ?? amount.value));
  return {
    value,
    low: Math.max(0, value - Math.hypot(value - low, value - least)),
    high: value + Math.hypot(high - value, most - value),
    n,
  };
}

/** Limits an estimate that comes from a difference: times are not negative. */
function durationOf({ value, low, high, n }: Estimated): Estimated {
  const atLeast = (ms: number): number => Math.max(0, ms);
  return {
    ...(value !== undefined && { value: atLeast(value) }),
    ...(low !== undefined && { low: atLeast(low) }),
    ...(high !== undefined && { high: atLeast(high) }),
    n,
  };
}

/** A negative difference is only reported with its interval: without one it reflects the work of a few calls. */
function differenceOf(found: Estimated): Estimated {
  const { value = 0, low, high, n } = found;
  return value < 0 && (low === undefined || high === undefined) ? { n } : found;
}
