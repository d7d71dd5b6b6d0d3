import type { Invocation, Lifeline } from './lifelines.ts';

/** The contents of a window for one function, before it is judged. */
export interface FunctionUse {
  /** Invocations received in the scope. */
  readonly count: number;
  /** All of them in ascending order of start; only the newest where the window is read from rollups. */
  readonly invocations: readonly Invocation[];
  /** Invocations that named no sandbox; they are not in {@link lives}. */
  readonly unnamed: number;
  readonly lives: readonly Lifeline[];
  /** Initialisation of each cold invocation that reported it, ms. */
  readonly coldInitsMs: readonly number[];
}
