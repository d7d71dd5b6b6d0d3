import type { IdleOutcome } from '../evidence/index.ts';

/** How a call came to its sandbox. */
export const ARRIVAL = {
  /** The sandbox existed. */
  WARM: 0,
  /** It was started for this call. */
  BIRTH: 1,
  /** Unknown: the first seen call of a sandbox that may have existed before. */
  FIRST_SEEN: 2,
} as const;

/** One sandbox as far as it was observed. Times are ms since the epoch, by its clock as set for most of its life. */
export interface Sandbox {
  /** Identifies it within its deployment: the platform's id of the environment, else the sandbox's own. */
  readonly key: string;
  /** Ids that it reported, ascending: several if it was restarted. */
  readonly ids: readonly string[];
  readonly version: string;
  /** Whether its first seen call started it. */
  readonly isBorn: boolean;
  /** Time of the decision to start it, else the first observed start. */
  readonly firstMs: number;
  /** Start of the first observed call. */
  readonly firstStartMs: number;
  /** Latest end of a call. */
  readonly lastEndMs: number;
  readonly uses: number;
  /** Calls that must have happened, by ordinals, but were not seen. */
  readonly lost: number;
  /**
   * Number of calls between the first and the last one seen of each process, or up to the last one that a goodbye
   * reports; and how many of them were seen. Calls at the ends are excluded, because they are seen by construction.
   */
  readonly between: { readonly calls: number; readonly seen: number };
  /** Processes after the first. */
  readonly restarts: number;
  /** Times at which its clock was set. */
  readonly clockSteps: number;
  /** Whether another sandbox has the same id: both come from one snapshot. */
  readonly isClone: boolean;
  /** How its last call ended, if that was not an ordinary answer. */
  readonly lastOutcome: LastOutcome | undefined;
  /** Its final goodbye, unless it was used again afterwards. */
  readonly goodbye: FinalGoodbye | undefined;
}

/** A sandbox may have died with a call that ended like this. */
export interface LastOutcome {
  /** Probability that the call timed out rather than crashed, if its sandbox died with it. */
  readonly timedOut: number;
  /** Whether the call tells which it was; otherwise it only tells that it failed, which sandboxes mostly survive. */
  readonly isTold: boolean;
}

/** How a call may have broken its sandbox. */
export const BROKEN = {
  /** It ended with an ordinary answer. */
  NO: 0,
  /** It tells that it timed out or crashed. */
  TOLD: 1,
  /** It tells that it failed, and no more. */
  UNTOLD: 2,
} as const;

export interface FinalGoodbye {
  readonly timeMs: number;
  readonly reason: string;
  /** It was stopped with nearly all others, at once or one after another, whether just used or idle for long. */
  readonly isPartOfStop?: boolean;
}

/** All calls of one deployment up to a moment, ordered by start, with corrected clocks and separated clones. */
export interface Timeline {
  readonly untilMs: number;
  /** Start of the first call. */
  readonly fromMs: number;
  readonly startMs: Float64Array;
  readonly endMs: Float64Array;
  /** When the platform decided where the call goes. */
  readonly decidedMs: Float64Array;
  /** Index in `sandboxes`. */
  readonly sandbox: Uint32Array;
  /** One of {@link ARRIVAL}. */
  readonly arrival: Uint8Array;
  /** Unseen calls of the same process between the previous one and this one. */
  readonly lostBefore: Uint16Array;
  /** 0 if unknown. */
  readonly keyHashes: Uint32Array;
  /** One of {@link BROKEN}. */
  readonly broken: Uint8Array;
  readonly sandboxes: readonly Sandbox[];
  /** Inspections of idle sandboxes without any other information. */
  readonly idleOutcomes: readonly IdleOutcome[];
  /** Longest time that a process was busy after it had answered, ms, up to two seconds. */
  readonly longestExportMs: number;
  /** Median reported duration of starts, from the decision on, ms. */
  readonly usualInitMs: number;
  readonly implausible: number;
}
