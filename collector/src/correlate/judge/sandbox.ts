import type { IdleOutcome } from '../evidence/index.ts';

/** How a call came to its sandbox. */
export const ARRIVAL = {
  /** The sandbox was there. */
  WARM: 0,
  /** It was started for this call. */
  BIRTH: 1,
  /** Not known: the first that was seen of a sandbox that may have been there before. */
  FIRST_SEEN: 2,
} as const;

/** One sandbox as far as it was seen. Times are ms since the epoch, by its clock as it stood for most of its life. */
export interface Sandbox {
  /** Names it within its deployment: the platform's id of the environment, else the sandbox's own. */
  readonly key: string;
  /** Ids that it gave itself, ascending: several where it was restarted. */
  readonly ids: readonly string[];
  readonly version: string;
  /** Whether its first call was seen to start it. */
  readonly isBorn: boolean;
  /** Decision to start it, else the first start that was seen. */
  readonly firstMs: number;
  /** Start of the first call that was seen. */
  readonly firstStartMs: number;
  /** Latest end of a call. */
  readonly lastEndMs: number;
  readonly uses: number;
  /** Calls that must have been, by ordinals, and were not seen. */
  readonly lost: number;
  /**
   * Calls between the first and the last one seen of each process, or up to the last one that a goodbye tells; and how
   * many of them were seen. Whether those at the ends would have been seen is not left to chance.
   */
  readonly between: { readonly calls: number; readonly seen: number };
  /** Processes after the first. */
  readonly restarts: number;
  /** Times at which its clock was set. */
  readonly clockSteps: number;
  /** Whether another sandbox has the same id: both came from one snapshot. */
  readonly isClone: boolean;
  /** How its last call ended, where that was no answer. */
  readonly lastOutcome: 'time-out' | 'crash' | undefined;
  /** What it said when it went, unless it came back after all. */
  readonly goodbye: { readonly timeMs: number; readonly reason: string } | undefined;
}

/** All calls of one deployment up to a moment, in order of their starts, with clocks set right and clones told apart. */
export interface Timeline {
  readonly untilMs: number;
  /** Start of the first call. */
  readonly fromMs: number;
  readonly startMs: Float64Array;
  readonly endMs: Float64Array;
  /** When the platform decided who takes the call. */
  readonly decidedMs: Float64Array;
  /** Index in `sandboxes`. */
  readonly sandbox: Uint32Array;
  /** Of {@link ARRIVAL}. */
  readonly arrival: Uint8Array;
  /** Calls of the same process between the one before and this one that were not seen. */
  readonly lostBefore: Uint16Array;
  /** 0 where it is not known. */
  readonly keyHashes: Uint32Array;
  /** 1: the call timed out or crashed. */
  readonly broken: Uint8Array;
  readonly sandboxes: readonly Sandbox[];
  /** Looks at idle sandboxes of which nothing else is known. */
  readonly idleOutcomes: readonly IdleOutcome[];
  /** Longest time for which a process was busy after it had answered, ms, up to two seconds. */
  readonly longestExportMs: number;
  /** Median of how long starts took from the decision on, ms, as they told. */
  readonly usualInitMs: number;
  readonly implausible: number;
}
