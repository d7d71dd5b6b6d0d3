import type { LivesUnit, RecentUnit } from './units.ts';

/** Adjacent buckets of one width. Seconds since the epoch, half-open. */
export interface SealedRun {
  readonly width: number;
  /** The form in which its rows were computed. */
  readonly form: number;
  readonly from: number;
  readonly to: number;
}

/** How a time range is read: sealed buckets, and the rest from `invocations`. */
export interface ReadPlan<Unit extends LivesUnit = RecentUnit> {
  /** The range, moved outward to the edges of sealed buckets. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly sealed: readonly SealedRun[];
  /** Unsealed ranges, ms since the epoch, half-open. */
  readonly raw: readonly { readonly fromMs: number; readonly toMs: number }[];
  /** Buckets of single functions that changed after they were sealed. */
  readonly dirty: readonly DirtyBucket[];
  /** The last range, up to now, if it is kept in memory and not in `raw`. */
  readonly recent?: readonly Unit[];
  /** Equal for two plans only if their sealed buckets are the same and were sealed at the same times. */
  readonly version: string;
}

/** A plan that uses nothing from memory. */
export type StoredReadPlan = ReadPlan<never>;

export interface DirtyBucket {
  readonly function: string;
  readonly width: number;
  readonly from: number;
}

/** A bucket that is sealed. */
export interface Seal {
  readonly width: number;
  readonly form: number;
  readonly from: number;
  readonly sealedAt: number;
}
