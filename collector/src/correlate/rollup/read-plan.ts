import type { LivesUnit, RecentUnit } from './units.ts';

/** Buckets of one width side by side. Seconds since the epoch, half-open. */
export interface SealedRun {
  readonly width: number;
  /** How its rows were computed. */
  readonly form: number;
  readonly from: number;
  readonly to: number;
}

/** How a stretch of time is read: what is sealed, and what has to come from `invocations`. */
export interface ReadPlan<Unit extends LivesUnit = RecentUnit> {
  /** The stretch, moved outward to the edges of sealed buckets. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly sealed: readonly SealedRun[];
  /** Stretches that are not sealed, ms since the epoch, half-open. */
  readonly raw: readonly { readonly fromMs: number; readonly toMs: number }[];
  /** Buckets of single functions that changed after they were sealed. */
  readonly dirty: readonly DirtyBucket[];
  /** The last stretch, up to now, where it is kept in memory and is none of `raw`. */
  readonly recent?: readonly Unit[];
  /** The same for two plans only if their sealed buckets are the same and were sealed at the same times. */
  readonly version: string;
}

/** A plan of which nothing is taken from memory. */
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
