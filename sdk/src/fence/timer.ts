import { fenced, guarded } from './report.ts';

/** Takes a timer back. */
export type Cancel = () => void;

// A longer one would fire at once.
const LONGEST_MS = 0x7fff_ffff;

/**
 * Calls `step` once, after `ms`; never when that is beyond 24 days. Never throws, and neither does what is called.
 *
 * @param topic what failed, where it fails
 * @param keepAlive whether the timer keeps the process alive; default not
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
