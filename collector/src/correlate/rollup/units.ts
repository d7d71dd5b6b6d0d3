import type { Moves } from './moves.ts';
import type { DurationRow, LifeRow } from './rows.ts';

/** The data of one function's invocations in one unit. */
export interface FunctionPart {
  readonly function: string;
  readonly durations: DurationRow;
  readonly errors: number;
  readonly hops: number;
  readonly moves: Moves;
}

/** The sandboxes of an unsealed time range. */
export interface LivesUnit {
  /** Seconds since the epoch. */
  readonly from: number;
  readonly width: number;
  /** Number of rows it was made from, with repeats counted twice: it is made again when that number changes. */
  readonly count: number;
  readonly lives: readonly LifeRow[];
}

/** An unsealed time range, summarised like sealed buckets. */
export interface RecentUnit extends LivesUnit {
  readonly functions: readonly FunctionPart[];
}

/** The unsealed time before now: the part that is kept, and the part that is not. */
export interface RecentTime<Unit extends LivesUnit = RecentUnit> {
  /** In order of time. */
  readonly units: readonly Unit[];
  /** The part before them, ms since the epoch, if there is data in it: sealing has fallen behind. */
  readonly older: { readonly fromMs: number; readonly toMs: number } | undefined;
}
