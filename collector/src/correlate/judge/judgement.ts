import type { Proportion } from '../../statistics/index.ts';
import type { Birth } from './births.ts';
import type { ConcurrencyModel } from './concurrency.ts';
import type { KeepAlive } from './idle-law.ts';
import type { Loss } from './loss.ts';
import type { SurvivalBand } from './survival-band.ts';
import type { PickOrder } from './pick-order.ts';

/** `unknown`: neither is sure. */
export type FateState = 'alive' | 'evicted' | 'unknown';

/** Why a sandbox died. */
export type FateCause = 'idle' | 'age' | 'deploy' | 'time-out' | 'crash';

/** The evidence for a fate. */
export type FateGround =
  /** It said goodbye. */
  | 'goodbye'
  /** It holds a call. */
  | 'in-use'
  /** Its version no longer receives calls. */
  | 'superseded'
  /** Its last call timed out or crashed. */
  | 'broken-call'
  /** Calls went to others although it should have been chosen. */
  | 'passed-over'
  /** It has been idle longer than the deployment keeps sandboxes. */
  | 'idle-time'
  /** Like `idle-time`, but so far more from the prior than from observations. */
  | 'prior';

/** The fate of one sandbox, as far as it can be determined. */
export interface SandboxFate {
  readonly key: string;
  readonly ids: readonly string[];
  readonly version: string;
  readonly state: FateState;
  /** Probability that it is gone. */
  readonly gone: number;
  /** When it died: 95 % of the probability is between these times. With `evicted` only. */
  readonly evicted?: { readonly lowerMs: number; readonly upperMs: number };
  /** With `evicted` only. */
  readonly cause?: FateCause;
  /** The platform's reason, with a goodbye. */
  readonly reason?: string;
  readonly ground: FateGround;
  readonly isBorn: boolean;
  readonly firstMs: number;
  readonly firstStartMs: number;
  readonly lastEndMs: number;
  readonly uses: number;
  readonly lost: number;
  readonly restarts: number;
  readonly clockSteps: number;
  readonly isClone: boolean;
}

/** The result of one deployment's evidence up to a moment. */
export interface Judgement {
  readonly untilMs: number;
  readonly uses: number;
  /** In order of their keys. */
  readonly sandboxes: readonly SandboxFate[];
  readonly keepAlive: KeepAlive;
  /** Share of idle sandboxes kept beyond each idle time, averaged over the laws; for sandboxes that are idle alone. */
  readonly survival: {
    readonly edgesMs: Float64Array;
    readonly kept: Float64Array;
    readonly band?: SurvivalBand;
    /** Start of the current law; absent if no other law was in force before. */
    readonly sinceMs?: number;
  };
  /** Why each sandbox with an observed start had to be started, in order of time. */
  readonly births: readonly Birth[];
  readonly pickOrder: PickOrder;
  readonly concurrency: ConcurrencyModel;
  /**
   * Σ(1 − P), with the interval of the number of living sandboxes. Withheld if so many calls are lost that all calls of
   * some sandboxes are missing.
   */
  readonly alive:
    | { readonly value: number; readonly low: number; readonly high: number }
    | { readonly withheld: 'lost-spans' };
  /** How often the platform starts cold although a sandbox is idle. */
  readonly slips: Proportion;
  readonly loss: Loss;
  /** Calls with impossible times; they are ignored. */
  readonly implausible: number;
}
