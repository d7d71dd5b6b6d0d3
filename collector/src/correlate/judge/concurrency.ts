import { argsort, ascending } from '../../statistics/index.ts';
import { CLUSTER_MS } from './moments.ts';
import { ARRIVAL } from './sandbox.ts';
import type { Timeline } from './sandbox.ts';

/** Whether a sandbox serves one call at a time. */
export interface ConcurrencyModel {
  /** `unknown` until there were enough decisive moments: see `forced`. */
  readonly model: 'one-to-one' | 'one-to-many' | 'unknown';
  /**
   * Moments at which every sandbox seen in the last five minutes held a call. A platform that shares sandboxes puts the
   * next call into one of them; a platform that does not starts another one.
   */
  readonly forced: number;
  /** Their outcomes. */
  readonly shared: number;
  readonly cold: number;
  /** Pairs of calls that overlapped: inside one sandbox, and in total. */
  readonly overlapsInSandbox: number;
  readonly overlaps: number;
  /** Lower bound of the calls that a sandbox takes at once; for one-to-many only. */
  readonly slots?: number;
  /** Forced cold starts required for one-to-one. */
  readonly needed: number;
}

/** Sandboxes seen within this time count as alive, ms. */
const SEEN_MS = 300_000;
/** Spans are shortened by the clock's resolution before they count as overlapping, ms. */
const CLOCK_RESOLUTION_MS = 2;
const LEAST_SHARED = 3;
const LEAST_SHARED_SHARE = 0.2;
const LEAST_OVERLAPS = 5;
const LEAST_OVERLAP_SHARE = 0.05;
/** Probability of a wrong one-to-one. */
const WRONG = 0.01;
/** A sharing platform starts another sandbox despite free capacity no more often than this. */
const STARTS_WITH_ROOM = 0.5;
const MOST_SHARED_SHARE = 0.1;
/** This many forced cold starts establish one-to-one. */
const NEEDED = Math.ceil(Math.log(WRONG) / Math.log(STARTS_WITH_ROOM));
/** The newest calls are sufficient. */
const MOST_CALLS = 100_000;

/**
 * Judges a deployment by its forced moments. Overlaps within the function alone prove nothing: a router that spreads
 * calls over a large pool never puts two into one sandbox, even if it could.
 */
export function judgeConcurrency(timeline: Timeline): ConcurrencyModel {
  const { startMs, endMs, decidedMs, sandbox, arrival, sandboxes } = timeline;
  const first = Math.max(0, startMs.length - MOST_CALLS);
  const count = startMs.length - first;
  // Cold starts were decided before they began.
  const byDecision = argsort(decidedMs.subarray(first));
  const byEnd = argsort(endMs.subarray(first));
  /** Calls that each sandbox holds, and how many sandboxes hold 0, 1, 2, … */
  const held = new Uint32Array(sandboxes.length);
  const holding = [sandboxes.length, 0];
  const idle = new IdleSet(sandboxes.length);
  let running = 0;
  let ended = 0;
  let clusterMs = -Infinity;
  let forced = 0;
  let shared = 0;
  let cold = 0;
  let coldAtOne = 0;
  let overlaps = 0;
  let overlapsInSandbox = 0;
  const leastHeld: number[] = [];
  const overlapsOf = new Map<number, number>();
  const hasEnded = new Uint8Array(count);
  const hasBegun = new Uint8Array(count);
  for (let turn = 0; turn < count; turn += 1) {
    const call = first + byDecision[turn]!;
    const at = decidedMs[call]!;
    for (; ended < byEnd.length; ended += 1) {
      const done = first + byEnd[ended]!;
      if (Math.max(startMs[done]!, endMs[done]! - CLOCK_RESOLUTION_MS) > at) break;
      hasEnded[done - first] = 1;
      if (hasBegun[done - first] === 0) continue;
      const of = sandbox[done]!;
      const left = held[of]! - 1;
      held[of] = left;
      holding[left + 1]! -= 1;
      holding[left]! += 1;
      running -= 1;
      if (left === 0) idle.add(of, endMs[done]!);
    }
    const own = sandbox[call]!;
    const holds = held[own]!;
    overlaps += running;
    if (holds > 0) {
      overlapsInSandbox += holds;
      overlapsOf.set(own, (overlapsOf.get(own) ?? 0) + holds);
    }
    const isForced = holding[0]! < sandboxes.length && !idle.hasSince(at - SEEN_MS);
    if (isForced && at >= clusterMs + CLUSTER_MS) {
      clusterMs = at;
      forced += 1;
      if (holds > 0) shared += 1;
      else if (arrival[call] === ARRIVAL.BIRTH) {
        const least = holding.findIndex((of, calls) => calls > 0 && of > 0);
        cold += 1;
        leastHeld.push(least);
        if (least === 1) coldAtOne += 1;
      }
    }
    if (hasEnded[call - first] === 0) {
      hasBegun[call - first] = 1;
      held[own] = holds + 1;
      holding[holds]! -= 1;
      holding[holds + 1] = (holding[holds + 1] ?? 0) + 1;
      running += 1;
    }
    idle.delete(own);
  }
  // A clock change produces one overlap, not several.
  let repeated = 0;
  for (const [of, count] of overlapsOf) if (count > 1 && sandboxes[of]!.clockSteps === 0) repeated += count;
  const isShared =
    (shared >= LEAST_SHARED && shared >= LEAST_SHARED_SHARE * forced) ||
    (repeated >= LEAST_OVERLAPS && repeated >= LEAST_OVERLAP_SHARE * overlaps);
  const isAlone = STARTS_WITH_ROOM ** coldAtOne < WRONG && shared <= MOST_SHARED_SHARE * coldAtOne;
  return {
    model: isShared ? 'one-to-many' : isAlone ? 'one-to-one' : 'unknown',
    forced,
    shared,
    cold,
    overlapsInSandbox,
    overlaps,
    ...(isShared && leastHeld.length > 0 && { slots: modeOf(leastHeld) }),
    needed: NEEDED,
  };
}

function modeOf(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values.toSorted(ascending)) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0];
}

/** Idle sandboxes, added in order of time. */
class IdleSet {
  readonly #sinceMs: Float64Array;
  /** As they were added; some are no longer idle. */
  readonly #added: number[] = [];

  constructor(sandboxes: number) {
    this.#sinceMs = new Float64Array(sandboxes).fill(-Infinity);
  }

  add(sandbox: number, atMs: number): void {
    this.#sinceMs[sandbox] = atMs;
    this.#added.push(sandbox);
  }

  delete(sandbox: number): void {
    this.#sinceMs[sandbox] = -Infinity;
  }

  /** Whether any became idle at or after a moment. */
  hasSince(atMs: number): boolean {
    // The last one added that is still idle is the one that became idle last.
    while (this.#added.length > 0 && this.#sinceMs[this.#added.at(-1)!] === -Infinity) this.#added.pop();
    return this.#added.length > 0 && this.#sinceMs[this.#added.at(-1)!]! >= atMs;
  }
}
