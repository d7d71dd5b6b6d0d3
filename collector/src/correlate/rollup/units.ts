import type { Moves } from './moves.ts';
import type { DurationRow, LifeRow } from './rows.ts';

/** What the invocations of one function in one unit tell. */
export interface FunctionPart {
  readonly function: string;
  readonly durations: DurationRow;
  readonly errors: number;
  readonly hops: number;
  readonly moves: Moves;
}

/** The sandboxes of a stretch of time that is not sealed yet. */
export interface LivesUnit {
  /** Seconds since the epoch. */
  readonly from: number;
  readonly width: number;
  /** Rows it was made from, those sent twice counted twice: it is made again when there are more or fewer. */
  readonly count: number;
  readonly lives: readonly LifeRow[];
}

/** A stretch of time that is not sealed yet, summarised as sealed buckets are. */
export interface RecentUnit extends LivesUnit {
  readonly functions: readonly FunctionPart[];
}

/** The unsealed time before now: what of it is kept, and what is not. */
export interface RecentTime<Unit extends LivesUnit = RecentUnit> {
  /** In order of time. */
  readonly units: readonly Unit[];
  /** What lies before them, ms since the epoch, where there is anything in it: sealing has fallen behind. */
  readonly older: { readonly fromMs: number; readonly toMs: number } | undefined;
}
