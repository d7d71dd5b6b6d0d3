import { coarseRealtimeMs, monotonicMs } from './clocks.ts';

// Several readers need the same files one after the other; the kernel takes up to 50 µs to generate one.
const KEPT_MS = 100;
const values = new Map<string, { readonly value: unknown; readonly readAt: Now }>();

/**
 * What `read` returns of things that hardly change, a tenth of a second old at most. `undefined` is not kept.
 *
 * @param name belongs to this `read` alone
 */
export function kept<T>(name: string, read: () => T | undefined): T | undefined {
  const at = now();
  const latest = values.get(name);
  if (latest !== undefined && isRecent(latest.readAt, at)) return latest.value as T;
  const value = read();
  if (value === undefined) values.delete(name);
  else values.set(name, { value, readAt: at });
  return value;
}

/**
 * `kept` for the text of a kernel file; an empty one, of a file that could not be read, is not kept.
 *
 * @param read always the same for one path
 */
export function keptText(path: string, read: (path: string) => string): string {
  return kept(path, () => read(path) || undefined) ?? '';
}

interface Now {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

/**
 * By both clocks: where a virtual machine is restored from a snapshot, on another machine perhaps, the monotonic clock
 * goes on as if no time had passed.
 */
function isRecent(then: Now, at: Now): boolean {
  return at.monotonicMs - then.monotonicMs <= KEPT_MS && Math.abs(at.wallMs - then.wallMs) <= KEPT_MS;
}

/** NaN if the clocks cannot be read: nothing counts as recent then. */
function now(): Now {
  try {
    return { monotonicMs: monotonicMs(), wallMs: coarseRealtimeMs() };
  } catch {
    return { monotonicMs: Number.NaN, wallMs: Number.NaN };
  }
}
