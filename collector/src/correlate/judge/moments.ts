import { ascending } from '../../statistics/index.ts';
import { ARRIVAL } from './sandbox.ts';
import type { Timeline } from './sandbox.ts';
import type { ReuseSpells } from './spells.ts';

/** Decisions closer than this have one common reason, ms. */
export const CLUSTER_MS = 1_000;
/** After its answer a sandbox is not free at once, ms; its export comes on top. */
const SETTLE_MS = 100;
/** Inside a burst the stamps of warm calls come in any order around those of cold ones, ms. */
const GUARD_MS = 200;

/**
 * What a start tells begins with its process: the platform had decided before, by up to this share of what the start then
 * took, as far as is known. A slow machine is slow in both, and as slow to take a sandbox back after its answer.
 */
const UNTOLD_START_SHARE = 0.5;

/** How long after the end of its call a sandbox is surely free, ms. */
export function settleMsOf({ longestExportMs }: Timeline): number {
  return SETTLE_MS + longestExportMs;
}

/**
 * How long after the end of its call a sandbox was surely free when a start was decided, ms: a decision that seems to have
 * come sooner may have come while the call still held it.
 */
export function coldSettleMsOf(timeline: Timeline): number {
  return settleMsOf(timeline) + UNTOLD_START_SHARE * timeline.usualInitMs;
}

/** What the moments at which the platform decided tell of the sandboxes that idled then. */
export interface Moments {
  /**
   * First cold decision of each cluster at which no idle sandbox was known to be alive: all that idled were gone, or it
   * was a slip. Ascending.
   */
  readonly coldMs: Float64Array;
  /** 1: no other call was seen near it. */
  readonly isAlone: Uint8Array;
  /** Of all calls that were seen near no other, and of pairs near no third: how many. */
  readonly alone: number;
  readonly pairs: number;
  /** Clusters with a cold decision although a sandbox idled that was used again later. */
  readonly slips: number;
  /** Clusters at which some sandbox idled that was used then or later. */
  readonly chances: number;
}

/**
 * Cold starts of one version against what idled then.
 *
 * @param of which sandboxes count
 */
export function momentsOf(
  timeline: Timeline,
  spells: ReuseSpells,
  of: (sandbox: number) => boolean,
): Moments {
  const settleMs = settleMsOf(timeline);
  const coldSettleMs = coldSettleMsOf(timeline);
  const decisions: number[] = [];
  for (let call = 0; call < timeline.startMs.length; call += 1) {
    if (timeline.arrival[call] === ARRIVAL.BIRTH && of(timeline.sandbox[call]!)) {
      decisions.push(timeline.decidedMs[call]!);
    }
  }
  const firsts = clusters(decisions.sort(ascending));
  /** 1: a sandbox idled then that was used again later. */
  const isSlip = new Uint8Array(firsts.length);
  let chances = 0;
  let clusterMs = -Infinity;
  let behind = 0;
  for (let spell = 0; spell < spells.toMs.length; spell += 1) {
    const from = spells.fromMs[spell]! + coldSettleMs;
    const to = spells.toMs[spell]!;
    if (to < spells.fromMs[spell]! + settleMs || !of(spells.sandbox[spell]!)) continue;
    if (to >= clusterMs) {
      chances += 1;
      clusterMs = to + CLUSTER_MS;
    }
    // Spells come by their end, so that the decisions before it only grow.
    while (behind < firsts.length && firsts[behind]! < to - GUARD_MS) behind += 1;
    for (let at = behind - 1; at >= 0 && firsts[at]! >= from; at -= 1) isSlip[at] = 1;
  }
  const slips = isSlip.reduce((sum, slip) => sum + slip, 0);
  const coldMs = Float64Array.from(firsts.filter((_, index) => isSlip[index] === 0));
  return { coldMs, ...companyOf(timeline, of, coldMs), slips, chances: chances + slips };
}

/** Calls that overlap, or all but, make a company: whether each cold decision had none, and how many have one or two. */
function companyOf(
  { startMs, endMs, decidedMs, sandbox }: Timeline,
  of: (sandbox: number) => boolean,
  coldMs: Float64Array,
): Pick<Moments, 'isAlone' | 'alone' | 'pairs'> {
  const isAlone = new Uint8Array(coldMs.length);
  let alone = 0;
  let pairs = 0;
  let size = 0;
  let fromMs = Infinity;
  let untilMs = -Infinity;
  let next = 0;
  const close = (): void => {
    if (size === 1) alone += 1;
    if (size === 2) pairs += 1;
    for (; next < coldMs.length && coldMs[next]! <= untilMs; next += 1)
      if (size === 1 && coldMs[next]! >= fromMs) isAlone[next] = 1;
  };
  for (let call = 0; call < startMs.length; call += 1) {
    if (!of(sandbox[call]!)) continue;
    if (decidedMs[call]! > untilMs + CLUSTER_MS) {
      close();
      size = 0;
      fromMs = decidedMs[call]!;
    }
    size += 1;
    if (endMs[call]! > untilMs) untilMs = endMs[call]!;
  }
  close();
  return { isAlone, alone, pairs };
}

/** The first moment of each cluster, from moments in order. */
export function clusters(moments: readonly number[]): number[] {
  const first: number[] = [];
  let until = -Infinity;
  for (const at of moments) {
    if (at < until) continue;
    first.push(at);
    until = at + CLUSTER_MS;
  }
  return first;
}
