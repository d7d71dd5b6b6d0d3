/**
 * The effect of pings at an interval other than the advised one, from the answer for the advised one and the curve of
 * idle sandboxes. Exact, because every ping costs the same; fast enough to follow a slider.
 */
import type { KeepWarmEntry, SurvivalEntry } from './api/answers.ts';

export type Curve = SurvivalEntry['curve'];
type Side = 'kept' | 'low' | 'high';

export interface Bounded {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Pings at an interval, a month of 30 days. */
export interface PingPlan {
  readonly intervalMs: number;
  /** Pings at once. */
  readonly atOnce: number;
  /** Share of idle sandboxes that are gone before the next ping, 0 to 1. */
  readonly late: Bounded;
  readonly pings: number;
  /** In the currency of the plan. */
  readonly cost?: number;
  /** Cold starts that it avoids. */
  readonly avoided?: Bounded;
}

/** The share of sandboxes kept after idling so long, 0 to 1; linear between the points of the curve, from all at 0. */
export function keptAt(curve: Curve, idleMs: number, side: Side = 'kept'): number {
  const after = curve.findIndex((point) => point.idleMs >= idleMs);
  if (after < 0) return curve.at(-1)?.[side] ?? 1;
  const [from, to] = [after === 0 ? undefined : curve[after - 1], curve[after]!];
  const [fromMs, fromShare] = [from?.idleMs ?? 0, from?.[side] ?? 1];
  const part = to.idleMs === fromMs ? 1 : (idleMs - fromMs) / (to.idleMs - fromMs);
  return fromShare + part * (to[side] - fromShare);
}

const PARTS = 20;

/** Its mean over an interval: a call may come at any time between two pings. */
function meanKept(curve: Curve, intervalMs: number, side: Side): number {
  let sum = 0;
  for (let part = 0; part < PARTS; part += 1) sum += keptAt(curve, ((part + 0.5) / PARTS) * intervalMs, side);
  return sum / PARTS;
}

/** Values of the slider: steps of a second, or of a tenth where sandboxes are kept for less than a minute. */
export function intervals(curve: Curve): { readonly stepMs: number; readonly mostMs: number } {
  const lastMs = curve.at(-1)?.idleMs ?? 0;
  const stepMs = lastMs < 60_000 ? 100 : 1000;
  return { stepMs, mostMs: Math.floor(lastMs / stepMs) * stepMs };
}

/**
 * The longest interval after which at most a share of the sandboxes is gone, by the lower end of the band.
 *
 * @returns undefined if more are gone after the first step
 */
export function longestWithin(curve: Curve, late: number): number | undefined {
  const { stepMs, mostMs } = intervals(curve);
  let foundMs: number | undefined;
  for (let atMs = stepMs; atMs <= mostMs && keptAt(curve, atMs, 'low') >= 1 - late; atMs += stepMs)
    foundMs = atMs;
  return foundMs;
}

/** @returns undefined if the answer advises no interval, since too little is known */
export function planOf(curve: Curve, advised: KeepWarmEntry, intervalMs: number): PingPlan | undefined {
  const { pingIntervalMs, concurrentPings = 1, pingsAMonth, pingCostAMonth, avoidedAMonth } = advised;
  if (pingIntervalMs === undefined || pingsAMonth === undefined || curve.length === 0) return undefined;
  const times = pingIntervalMs / intervalMs;
  const { value, low, high } = avoidedAMonth ?? {};
  const scaled = (amount: number, side: Side): number =>
    (amount * meanKept(curve, intervalMs, side)) / (meanKept(curve, pingIntervalMs, side) || 1);
  return {
    intervalMs,
    atOnce: concurrentPings,
    late: {
      value: 1 - keptAt(curve, intervalMs),
      low: 1 - keptAt(curve, intervalMs, 'high'),
      high: 1 - keptAt(curve, intervalMs, 'low'),
    },
    pings: pingsAMonth * times,
    ...(pingCostAMonth !== undefined && { cost: pingCostAMonth * times }),
    ...(value !== undefined &&
      low !== undefined &&
      high !== undefined && {
        avoided: { value: scaled(value, 'kept'), low: scaled(low, 'low'), high: scaled(high, 'high') },
      }),
  };
}

/** What sandboxes that are never evicted would avoid: the same without losses between two pings. */
export function avoidedAlways(
  curve: Curve,
  { pingIntervalMs, avoidedAMonth }: KeepWarmEntry,
): number | undefined {
  if (pingIntervalMs === undefined || avoidedAMonth?.value === undefined) return undefined;
  return avoidedAMonth.value / (meanKept(curve, pingIntervalMs, 'kept') || 1);
}
