import type { Proportion } from '../../statistics/index.ts';
import type { Birth } from './births.ts';
import type { ConcurrencyModel } from './concurrency.ts';
import type { KeepAlive } from './idle-law.ts';
import type { Loss } from './loss.ts';
import type { SurvivalBand } from './survival-band.ts';
import type { PickOrder } from './pick-order.ts';

/** `unknown`: neither is sure. */
export type FateState = 'alive' | 'evicted' | 'unknown';

/** Why a sandbox went. */
export type FateCause = 'idle' | 'age' | 'deploy' | 'time-out' | 'crash';

/** What a fate rests on. */
export type FateGround =
  /** It said so. */
  | 'goodbye'
  /** It holds a call. */
  | 'in-use'
  /** Its version takes no calls any more. */
  | 'superseded'
  /** Its last call timed out or crashed. */
  | 'broken-call'
  /** Calls were served by others although it should have been taken. */
  | 'passed-over'
  /** It has idled for longer than sandboxes of the deployment are kept. */
  | 'idle-time'
  /** As `idle-time`, but so far more by what is believed before any data than by what was seen. */
  | 'prior';

/** What became of one sandbox, as far as can be told. */
export interface SandboxFate {
  readonly key: string;
  readonly ids: readonly string[];
  readonly version: string;
  readonly state: FateState;
  /** Probability that it is gone. */
  readonly gone: number;
  /** When it went: 95 % of the probability lie between. With `evicted` only. */
  readonly evicted?: { readonly lowerMs: number; readonly upperMs: number };
  /** With `evicted` only. */
  readonly cause?: FateCause;
  /** What the platform said, with a goodbye. */
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

/** What one deployment's evidence up to a moment tells. */
export interface Judgement {
  readonly untilMs: number;
  readonly uses: number;
  /** In order of their keys. */
  readonly sandboxes: readonly SandboxFate[];
  readonly keepAlive: KeepAlive;
  /** Share of idle sandboxes that is kept beyond each idle time, averaged over the laws; of those that idle alone. */
  readonly survival: {
    readonly edgesMs: Float64Array;
    readonly kept: Float64Array;
    readonly band?: SurvivalBand;
    /** Since when this holds; absent where no other law was seen to hold before. */
    readonly sinceMs?: number;
  };
  /** Why each sandbox that was seen to start had to be started, in order of time. */
  readonly births: readonly Birth[];
  readonly pickOrder: PickOrder;
  readonly concurrency: ConcurrencyModel;
  /**
   * Σ(1 − P), with the interval in which the number of living ones lies. Withheld where so much is lost that sandboxes
   * are missing whose every call was.
   */
  readonly alive:
    | { readonly value: number; readonly low: number; readonly high: number }
    | { readonly withheld: 'lost-spans' };
  /** How often the platform starts cold although a sandbox idles. */
  readonly slips: Proportion;
  readonly loss: Loss;
  /** Calls whose times cannot be; they entered nothing. */
  readonly implausible: number;
}
