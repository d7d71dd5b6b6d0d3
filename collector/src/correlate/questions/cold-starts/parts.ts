import { LEAST_FOR_MEDIAN, medianOf } from '../shared/estimate.ts';
import type { Estimated } from '../shared/estimate.ts';
import type { ColdCall, WarmCalls } from './evidence.ts';

/** A cold start taken apart, ms. */
export interface Parts {
  readonly call: ColdCall;
  readonly platformMs?: number;
  readonly initMs?: number;
  /** Its handler less that of warm calls: mostly the work of the two, which differs from call to call, and may be below 0. */
  readonly firstMs?: number;
  /** What a first call of its kind takes longer, at least 0. */
  readonly penaltyMs?: number;
  /** What its caller waited for it. */
  readonly cost?: Cost;
}

/** What a cold start adds to what its caller waits for, ms, at least 0; by the least and the most that its penalty may be. */
export interface Cost {
  readonly ms: number;
  /** Absent where too few first calls tell the penalty. */
  readonly leastMs?: number;
  readonly mostMs?: number;
}

/** What cold starts are compared with. */
export interface Usual {
  readonly warm: readonly WarmCalls[];
  /** How much longer callers of warm calls waited than the function ran, ms. */
  readonly warmBeyondMs: readonly number[];
}

/** Initialisations that are done before anybody calls. */
const AHEAD = new Set(['proactive', 'provisioned']);

/**
 * What each cold start adds to what its caller waits for.
 *
 * What the platform and the initialisation take is known call by call. What the first call of a handler takes longer is not: one
 * cold call less the median of warm ones is the work of that call as much as its coldness. So it is one number for calls of a
 * kind, the median of these differences, and a cold start does not make work shorter: below 0 it is counted as 0.
 */
export function partsOf(colds: readonly ColdCall[], { warm, warmBeyondMs }: Usual): Parts[] {
  const usualMs = medianOf(warmBeyondMs).value;
  const warmOf = new Map(warm.map((own) => [kindOf(own), own.medianMs]));
  const differences = colds.map((call) => {
    const warmMs = warmOf.get(kindOf(call));
    return warmMs === undefined || call.hasFailed ? undefined : call.durationMs - warmMs;
  });
  const penaltyOf = penalties(colds, differences);
  return colds.map((call, index): Parts => {
    const firstMs = differences[index];
    const { initMs, beyondMs } = call;
    const isWaitedFor = !AHEAD.has(call.initType);
    // Initialisation is over before the handler begins, and the caller waits for both.
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
      ...(penalty !== undefined && { penaltyMs: penalty.ms }),
      ...(waitMs !== undefined && { cost: costOf(waitMs, penalty) }),
    };
  });
}

/** Calls that are compared with each other: of one version, memory and CPU model. */
function kindOf({
  version,
  memoryBytes,
  cpuModel,
}: Pick<ColdCall, 'version' | 'memoryBytes' | 'cpuModel'>): string {
  return `${version}\n${memoryBytes ?? ''}\n${cpuModel}`;
}

/** By kind where enough first calls are of it, else of all first calls of the function together. */
function penalties(
  colds: readonly ColdCall[],
  differences: readonly (number | undefined)[],
): (call: ColdCall) => Cost | undefined {
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
    totalMs: overCosts(
      parts.flatMap(({ cost }) => cost ?? []),
      medianOf,
    ),
  };
}

/**
 * A median or mean of costs. Cold starts of a kind hold the same penalty, so that what is not known of it is not in how
 * they scatter: its own interval comes on top.
 */
export function overCosts(
  costs: readonly Cost[],
  estimate: (values: readonly number[]) => Estimated,
): Estimated {
  const found = estimate(costs.map(({ ms }) => ms));
  const { value, low, high, n } = found;
  if (value === undefined || low === undefined || high === undefined) return found;
  const told = costs.flatMap(({ leastMs, mostMs }) =>
    leastMs === undefined || mostMs === undefined ? [] : [{ leastMs, mostMs }],
  );
  if (told.length < costs.length) return { value, n };
  const { value: leastMs = value } = estimate(told.map((cost) => cost.leastMs));
  const { value: mostMs = value } = estimate(told.map((cost) => cost.mostMs));
  return {
    value,
    low: Math.max(0, value - Math.hypot(value - low, value - leastMs)),
    high: value + Math.hypot(high - value, mostMs - value),
    n,
  };
}

/** What takes time takes no less than none: an estimate of it that is told by a difference. */
function durationOf({ value, low, high, n }: Estimated): Estimated {
  const atLeast = (ms: number): number => Math.max(0, ms);
  return {
    ...(value !== undefined && { value: atLeast(value) }),
    ...(low !== undefined && { low: atLeast(low) }),
    ...(high !== undefined && { high: atLeast(high) }),
    n,
  };
}

/** Below 0 a difference is told with its interval only: without one it is the work of a few calls. */
function differenceOf(found: Estimated): Estimated {
  const { value = 0, low, high, n } = found;
  return value < 0 && (low === undefined || high === undefined) ? { n } : found;
}
