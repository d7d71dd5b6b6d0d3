/** How long an idle sandbox is kept; times in seconds. */
export type Law =
  | { readonly kind: 'fixed'; readonly threshold: number }
  | { readonly kind: 'soft'; readonly threshold: number; readonly width: number }
  | { readonly kind: 'two-step'; readonly first: number; readonly second: number; readonly kept: number }
  /** Half of a batch that became idle together go in each period, all of them at the end. */
  | { readonly kind: 'halving'; readonly period: number; readonly end: number }
  | { readonly kind: 'exponential'; readonly halfLife: number };

/** The order in which sandboxes with room take the next call. */
export type Order = 'most-recent' | 'least-recent' | 'random' | 'round-robin' | 'affinity' | 'mixed';

/** How calls arrive. */
export type Load =
  /** Single calls, this many seconds apart on average. */
  | { readonly kind: 'sparse'; readonly apart: number }
  /** Calls at a constant rate, per second. */
  | { readonly kind: 'steady'; readonly rate: number }
  /** Calls at a rate that varies hourly between zero and twice the mean, per second. */
  | { readonly kind: 'busy'; readonly rate: number }
  /** Bursts of up to this many concurrent calls, this many seconds apart on average, with single calls between. */
  | { readonly kind: 'bursts'; readonly size: number; readonly apart: number };

/**
 * A deploy that stops each sandbox of its start at its turn, or after the call that it holds. The others, and new ones,
 * take calls in the meantime.
 */
export interface Roll {
  /** Its start, as a share of the run. */
  readonly at: number;
  /** Between two stops, seconds. */
  readonly apart: number;
  /** Whether new sandboxes have a new version. */
  readonly changesVersion: boolean;
}

/** A platform, its load and the faults in its reports. */
export interface Scenario {
  readonly name: string;
  readonly law: Law;
  readonly order: Order;
  readonly load: Load;
  /** Concurrent calls per sandbox; default 1. */
  readonly slots?: number;
  /** Sandboxes that always exist and never go, as in an oversized pool; default 0. */
  readonly pool?: number;
  /** Default 24. */
  readonly hours?: number;
  /** Mean duration of a call, seconds; default 2. */
  readonly callSeconds?: number;
  /** Share of cold clusters although a sandbox is idle; default 0. */
  readonly slip?: number;
  /** One call at this interval from a caller that does not wait (a ping), seconds; none by default. */
  readonly pingSeconds?: number;
  /** Idle sandboxes go at this age, seconds. */
  readonly maxAge?: number;
  /** Another law, for sandboxes that become idle before this share of the run. */
  readonly before?: { readonly law: Law; readonly until: number };
  /** Share of evictions that are announced; default 0. */
  readonly goodbyes?: number;
  /** Times at which a new version is deployed, as shares of the run. */
  readonly deploys?: readonly number[];
  /** Deploys that stop the existing sandboxes one after another while calls go on. */
  readonly rolls?: readonly Roll[];
  /** Share of calls that time out; three in ten of them end the sandbox, the others restart in it. */
  readonly timeOuts?: number;
  /** Share of calls that end with an exception that the runtime catches, so that their sandbox is kept; default 0. */
  readonly exceptions?: number;
  /**
   * Whether a call that timed out tells so; default true. Otherwise its span has the status of an error and no more,
   * and no call takes longer than the time limit.
   */
  readonly tellsOutcomes?: boolean;
  /** Share of calls after which the process restarts in its sandbox. */
  readonly restarts?: number;
  /** Share of sandboxes that are started from the snapshot of another one. */
  readonly clones?: number;
  /** Share of calls after which the clock of the sandbox is set, by up to a minute either way. */
  readonly clockSteps?: number;
  /** Whether spans contain the boot time; default true. */
  readonly bootTimes?: boolean;
  /** Share of spans that are lost, arrive late (up to ten minutes), or arrive twice. */
  readonly lost?: number;
  readonly late?: number;
  readonly doubled?: number;
  /** Whether spans contain cold starts and the ordinal; default true. */
  readonly tellsCold?: boolean;
  readonly tellsOrdinals?: boolean;
  /** Whether spans contain the key of the call; default false. */
  readonly tellsKeys?: boolean;
}
