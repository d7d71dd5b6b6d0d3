import { fenced, guarded } from './report.ts';

/**
 * The timers as they were when this module was loaded. A program may replace them later, as tests do with fake timers;
 * an answer that waits for an export would then never be released.
 */
const { clearTimeout, queueMicrotask, setImmediate, setTimeout } = globalThis;
export { queueMicrotask, setImmediate };

/** Node's own promises: a program may replace or remove the global class later. */
export const NativePromise = Promise;

/** Cancels a timer. */
export type Cancel = () => void;

// A longer timer would fire at once.
const LONGEST_MS = 0x7fff_ffff;

/**
 * Calls `step` once, after `ms`; never if that is more than 24 days. Never throws, even if `step` does.
 *
 * @param topic the topic under which a failure is reported
 * @param keepAlive whether the timer keeps the process alive; default false
 */
export function after(ms: number, topic: string, step: () => unknown, keepAlive = false): Cancel {
  if (!(ms <= LONGEST_MS)) return nothing;
  const timer = guarded(topic, () => setTimeout(fenced(topic, step), ms));
  if (timer === undefined) return nothing;
  if (!keepAlive) guarded(topic, () => timer.unref());
  return fenced(topic, () => clearTimeout(timer));
}

function nothing(): void {
  // There is no timer.
}
