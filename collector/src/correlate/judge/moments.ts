import { ascending } from '../../statistics/index.ts';
import { ARRIVAL } from './sandbox.ts';
import type { Timeline } from './sandbox.ts';
import type { ReuseSpells } from './spells.ts';

/** Decisions closer than this have one common reason, ms. */
export const CLUSTER_MS = 1_000;
/** After its answer a sandbox is not immediately free, ms; its export is added. */
const SETTLE_MS = 100;
/** Inside a burst, the timestamps of warm calls are mixed with those of cold ones, within this time, ms. */
const GUARD_MS = 200;

/**
 * Reports of a start begin with its process. The platform decided earlier, by up to this share of the known duration of
 * the start. A slow machine is slow in both, and also slow to reuse a sandbox after its answer.
 */
const UNTOLD_START_SHARE = 0.5;

/** How long after the end of its call a sandbox is surely free, ms. */
export function settleMsOf({ longestExportMs }: Timeline): number {
  return SETTLE_MS + longestExportMs;
}

/**
 * How long after the end of its call a sandbox was surely free when a start was decided, ms: an apparently earlier
 * decision may have been made while the call still occupied it.
 */
export function coldSettleMsOf(timeline: Timeline): number {
  return settleMsOf(timeline) + UNTOLD_START_SHARE * timeline.usualInitMs;
}

/** What the platform's decisions say about the sandboxes that were idle at the time. */
export interface Moments {
  /**
   * The first cold decision of each cluster in which no idle sandbox was known to be alive: either all idle ones were
   * gone, or the platform started cold nevertheless. Ascending.
   */
  readonly coldMs: Float64Array;
  /** 1: no other call was seen near it. */
  readonly isAlone: Uint8Array;
  /** Number of all observed calls with no other call near, and of pairs with no third call near. */
  readonly alone: number;
  readonly pairs: number;
  /** Clusters with a cold decision although a sandbox was idle that was used again later. */
  readonly slips: number;
  /** Clusters in which some sandbox was idle that was used then or later. */
  readonly chances: number;
}

/**
 * Compares cold starts of one version with the sandboxes idle at the time.
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
  /** 1: a sandbox was idle then that was used again later. */
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
    // Spells are ordered by their end, so the set of decisions before it only grows.
    while (behind < firsts.length && firsts[behind]! < to - GUARD_MS) behind += 1;
    for (let at = behind - 1; at >= 0 && firsts[at]! >= from; at -= 1) isSlip[at] = 1;
  }
  const slips = isSlip.reduce((sum, slip) => sum + slip, 0);
  const coldMs = Float64Array.from(firsts.filter((_, index) => isSlip[index] === 0));
  return { coldMs, ...companyOf(timeline, of, coldMs), slips, chances: chances + slips };
}

/**
 * Groups calls that (nearly) overlap: whether each cold decision was alone in its group, and how many groups have one
 * or two calls.
 */
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
