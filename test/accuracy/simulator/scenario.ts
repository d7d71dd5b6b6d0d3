/** How long an idle sandbox is kept; times in seconds. */
export type Law =
  | { readonly kind: 'fixed'; readonly threshold: number }
  | { readonly kind: 'soft'; readonly threshold: number; readonly width: number }
  | { readonly kind: 'two-step'; readonly first: number; readonly second: number; readonly kept: number }
  /** Of a batch that became idle together half go each period, all at the end. */
  | { readonly kind: 'halving'; readonly period: number; readonly end: number }
  | { readonly kind: 'exponential'; readonly halfLife: number };

/** Which sandbox with room takes the next call. */
export type Order = 'most-recent' | 'least-recent' | 'random' | 'round-robin' | 'affinity' | 'mixed';

/** How calls arrive. */
export type Load =
  /** Single calls, so many seconds apart on average. */
  | { readonly kind: 'sparse'; readonly apart: number }
  /** Calls at a constant rate, per second. */
  | { readonly kind: 'steady'; readonly rate: number }
  /** Calls at a rate that swings by the hour between none and twice the mean, per second. */
  | { readonly kind: 'busy'; readonly rate: number }
  /** Up to so many calls at once, bursts so many seconds apart on average, with single calls between. */
  | { readonly kind: 'bursts'; readonly size: number; readonly apart: number };

/** A platform, its load and what goes wrong with what it tells. */
export interface Scenario {
  readonly name: string;
  readonly law: Law;
  readonly order: Order;
  readonly load: Load;
  /** Calls that a sandbox takes at once; default 1. */
  readonly slots?: number;
  /** Sandboxes that are always there and never go, as of an oversized pool; default 0. */
  readonly pool?: number;
  /** Default 24. */
  readonly hours?: number;
  /** Mean duration of a call, seconds; default 2. */
  readonly callSeconds?: number;
  /** Share of cold clusters although a sandbox is idle; default 0. */
  readonly slip?: number;
  /** One call so often, by nobody who waits, seconds; none by default. */
  readonly pingSeconds?: number;
  /** Sandboxes go at this age when they are idle, seconds. */
  readonly maxAge?: number;
  /** Another law, for what becomes idle up to a share of the run. */
  readonly before?: { readonly law: Law; readonly until: number };
  /** Share of evictions that are announced; default 0. */
  readonly goodbyes?: number;
  /** Moments at which a new version takes over, as shares of the run. */
  readonly deploys?: readonly number[];
  /** Share of calls that time out; three in ten of them take the sandbox along, the others restart in it. */
  readonly timeOuts?: number;
  /** Share of calls after which the process restarts in its sandbox. */
  readonly restarts?: number;
  /** Share of sandboxes that are started from the snapshot of another one. */
  readonly clones?: number;
  /** Share of calls after which the clock of the sandbox is set, by up to a minute either way. */
  readonly clockSteps?: number;
  /** Whether spans tell the boot time; default true. */
  readonly bootTimes?: boolean;
  /** Share of spans that never come, come late (up to ten minutes), or come twice. */
  readonly lost?: number;
  readonly late?: number;
  readonly doubled?: number;
  /** Whether spans tell of cold starts, and of their ordinal; default true. */
  readonly tellsCold?: boolean;
  readonly tellsOrdinals?: boolean;
  /** Whether spans tell for whom they were; default false. */
  readonly tellsKeys?: boolean;
}
