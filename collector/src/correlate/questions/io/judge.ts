import { estimate } from '../../../schema/index.ts';
import type { EstimateValue } from '../../../schema/index.ts';
import { clusterProportion, stratifiedAssociation, twoSidedT } from '../../../statistics/index.ts';
import type { Proportion } from '../../../statistics/index.ts';
import { groupBy } from '../../lifelines.ts';
import type { Neighbours } from '../cpu/contention.ts';
import type { IoSlot, Kind } from './operations.ts';
import { KINDS } from './operations.ts';
import type { RequestGroup } from './requests.ts';
import { GAPS_MS } from './requests.ts';

/** Operations of one kind at one memory size. */
export interface KindAnswer {
  readonly memoryMb: number;
  readonly kind: Kind;
  readonly operations: number;
  readonly perCall: number;
  /** Mean duration of an operation. */
  readonly meanMs: EstimateValue;
}

/**
 * Mean duration of operations by kind and memory, with sandboxes as independent units. @param slots of one deployment
 */
export function judgeKinds(slots: readonly IoSlot[]): KindAnswer[] {
  return [...groupBy(slots, ({ memoryMb }) => String(memoryMb))].flatMap(([memoryMb, own]) =>
    KINDS.flatMap((kind) => {
      const watched = own.filter(({ tallies }) => tallies.has(kind));
      if (watched.length === 0) return [];
      const sandboxes = [...groupBy(watched, ({ environment }) => environment).values()];
      const counts = sandboxes.map((some) => sum(some.map(({ tallies }) => tallies.get(kind)!.count)));
      const ms = sandboxes.map((some) => sum(some.map(({ tallies }) => tallies.get(kind)!.ms)));
      const operations = sum(counts);
      const perCall = operations / sum(watched.map(({ calls }) => calls));
      return [{ memoryMb: Number(memoryMb), kind, operations, perCall, meanMs: ratioOf(ms, counts) }];
    }),
  );
}

/** Mean duration of operations on each host. */
export interface HostKind {
  readonly host: string;
  readonly kind: Kind;
  readonly operations: number;
  readonly meanMs: EstimateValue;
}

/** @param hostOf undefined if the host is not known with sufficient confidence */
export function judgeHosts(
  slots: readonly IoSlot[],
  hostOf: (slot: IoSlot) => string | undefined,
): HostKind[] {
  const known = slots.filter((slot) => hostOf(slot) !== undefined);
  return [...groupBy(known, (slot) => hostOf(slot)!)].flatMap(([host, own]) =>
    judgeKinds(own.map((slot) => Object.assign({}, slot, { memoryMb: 0 }))).flatMap(
      ({ kind, operations, meanMs }) => (operations > 0 ? [{ host, kind, operations, meanMs }] : []),
    ),
  );
}

/** Whether operations take longer while own sandboxes on the same host are busy. */
export interface LoadTest {
  readonly kind: Kind;
  readonly n: number;
  readonly p: number;
}

const STRATUM_SLOTS = 12;
export const NEEDED_SLOTS = 30;

/** Compares slots of one sandbox and hour. @param slots of one deployment */
export function testLoad(slots: readonly IoSlot[], neighbours: Neighbours): LoadTest[] {
  return KINDS.flatMap((kind) => {
    const own = slots.filter(
      ({ tallies, environment, slot }) =>
        (tallies.get(kind)?.count ?? 0) > 0 && neighbours.has(`${environment} ${slot}`),
    );
    if (own.length < NEEDED_SLOTS) return [];
    const numbers = new Map<string, number>();
    const strata = own.map(({ environment, memoryMb, slot }) => {
      const key = `${environment} ${memoryMb} ${Math.floor(slot / STRATUM_SLOTS)}`;
      const known = numbers.get(key) ?? numbers.size;
      numbers.set(key, known);
      return known;
    });
    const tested = stratifiedAssociation(
      own.map(({ environment, slot }) => neighbours.get(`${environment} ${slot}`)!),
      own.map(({ tallies }) => tallies.get(kind)!.ms / tallies.get(kind)!.count),
      strata,
      { isClustered: true },
    );
    return tested ? [{ kind, n: tested.n, p: tested.p }] : [];
  });
}

/** Requests on sockets of one kind. */
export interface SocketAnswer {
  readonly reused: boolean;
  readonly n: number;
  readonly firstByteMs: EstimateValue;
  readonly broken: Proportion;
}

/** Requests on reused sockets after idle times within one range. */
export interface GapAnswer {
  readonly fromMs: number;
  readonly toMs?: number;
  readonly n: number;
  readonly broken: Proportion;
  readonly errors: readonly string[];
}

/** Compares new with reused sockets. @param groups of one deployment */
export function judgeSockets(groups: readonly RequestGroup[]): SocketAnswer[] {
  return [false, true].flatMap((reused) => {
    const own = groups.filter(({ isReused }) => isReused === reused);
    if (own.length === 0) return [];
    const sandboxes = [...groupBy(own, ({ environment }) => environment).values()];
    const firstByteMs = ratioOf(
      sandboxes.map((some) => sum(some.map((group) => group.firstByteMs))),
      sandboxes.map((some) => sum(some.map(({ answered }) => answered))),
    );
    return [{ reused, n: sum(own.map(({ n }) => n)), firstByteMs, broken: brokenOf(own) }];
  });
}

/** Requests on reused sockets by the idle time before their invocation. */
export function judgeGaps(groups: readonly RequestGroup[]): GapAnswer[] {
  return GAPS_MS.flatMap((fromMs, gap) => {
    const own = groups.filter((group) => group.isReused && group.gap === gap);
    if (own.length === 0) return [];
    const toMs = GAPS_MS[gap + 1];
    return [
      {
        fromMs,
        ...(toMs !== undefined && { toMs }),
        n: sum(own.map(({ n }) => n)),
        broken: brokenOf(own),
        errors: [...new Set(own.flatMap(({ errors }) => errors))].sort(),
      },
    ];
  });
}

/** Idle times up to the first are short, from the second on long, ms; unused sockets are closed in between. */
const SHORT_MS = 10_000;
const LONG_MS = 60_000;

/**
 * Whether reused sockets fail more often after long idle times than after short ones; the unit is a sandbox on one
 * side.
 *
 * @returns undefined if one side has no data, or too little
 */
export function testFreeze(
  groups: readonly RequestGroup[],
): { readonly n: number; readonly p: number } | undefined {
  const sides = groups.flatMap((group) => {
    const fromMs = group.isReused && group.gap !== undefined ? GAPS_MS[group.gap]! : undefined;
    if (fromMs === undefined || (fromMs >= SHORT_MS && fromMs < LONG_MS)) return [];
    return [{ ...group, isLong: fromMs >= LONG_MS }];
  });
  const units = [...groupBy(sides, ({ environment, isLong }) => `${environment} ${isLong}`).values()];
  const long = units.filter(([first]) => first?.isLong).length;
  if (Math.min(long, units.length - long) < NEEDED_SANDBOXES) return undefined;
  const share = (own: (typeof units)[number]): number =>
    sum(own.map(({ broken }) => broken)) / sum(own.map(({ n }) => n));
  const tested = stratifiedAssociation(
    units.map(([first]) => Number(first?.isLong)),
    units.map(share),
    new Int8Array(units.length),
  );
  // If no socket failed at all, long idle times cannot have caused a failure.
  return { n: units.length, p: tested?.p ?? 1 };
}

/** Number of sandboxes required on each side. */
export const NEEDED_SANDBOXES = 4;

function brokenOf(groups: readonly RequestGroup[]): Proportion {
  const sandboxes = [...groupBy(groups, ({ environment }) => environment).values()];
  const { value, low, high, n } = clusterProportion(
    sandboxes.map((own) => sum(own.map(({ broken }) => broken))),
    sandboxes.map((own) => sum(own.map((group) => group.n))),
  );
  return { ...(value !== undefined && { value }), low, high, n };
}

/** Σ part / Σ whole over sandboxes, with its linearised error (Cochran, Sampling Techniques, section 6.4). */
function ratioOf(part: readonly number[], whole: readonly number[]): EstimateValue {
  const all = sum(whole);
  if (all <= 0) return estimate(0);
  const ratio = sum(part) / all;
  const clusters = part.filter((_, at) => whole[at]! > 0).length;
  if (clusters < 2) return estimate(all, ratio);
  const residuals = part.reduce((total, value, at) => total + (value - ratio * whole[at]!) ** 2, 0);
  const half = (twoSidedT(0.95, clusters - 1) * Math.sqrt((clusters / (clusters - 1)) * residuals)) / all;
  return estimate(all, ratio, Math.max(0, ratio - half), ratio + half);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
