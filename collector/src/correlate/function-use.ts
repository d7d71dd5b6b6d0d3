import type { Invocation, Lifeline } from './lifelines.ts';

/** What a window holds of one function, before it is judged. */
export interface FunctionUse {
  /** Invocations received in the scope. */
  readonly count: number;
  /** All of them ascending by start; the newest where the window is read from rollups. */
  readonly invocations: readonly Invocation[];
  /** Invocations that told of no sandbox; they are in none of {@link lives}. */
  readonly unnamed: number;
  readonly lives: readonly Lifeline[];
  /** Initialisation of each cold invocation that told of it, ms. */
  readonly coldInitsMs: readonly number[];
}
