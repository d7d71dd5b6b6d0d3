import { coarseRealtimeMs, monotonicMs } from './clocks.ts';

// Several readers need the same files one after the other; the kernel takes up to 50 µs to generate one.
const KEPT_MS = 100;
const values = new Map<string, { readonly value: unknown; readonly readAt: Now }>();

/**
 * The result of `read`, cached for a tenth of a second: for values that hardly ever change. `undefined` is not cached.
 *
 * @param name belongs to this `read` alone
 */
export function cached<T>(name: string, read: () => T | undefined): T | undefined {
  const at = now();
  const latest = values.get(name);
  if (latest !== undefined && isRecent(latest.readAt, at)) return latest.value as T;
  const value = read();
  if (value === undefined) values.delete(name);
  else values.set(name, { value, readAt: at });
  return value;
}

/**
 * `cached` for the text of a kernel file. An empty text, of a file that could not be read, is not cached.
 *
 * @param read always the same for one path
 */
export function cachedText(path: string, read: (path: string) => string): string {
  return cached(path, () => read(path) || undefined) ?? '';
}

interface Now {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

/**
 * Uses both clocks: when a virtual machine is restored from a snapshot, perhaps on another host, the monotonic clock
 * continues as if no time had passed.
 */
function isRecent(then: Now, at: Now): boolean {
  return at.monotonicMs - then.monotonicMs <= KEPT_MS && Math.abs(at.wallMs - then.wallMs) <= KEPT_MS;
}

/** NaN if the clocks cannot be read: nothing then counts as recent. */
function now(): Now {
  try {
    return { monotonicMs: monotonicMs(), wallMs: coarseRealtimeMs() };
  } catch {
    return { monotonicMs: Number.NaN, wallMs: Number.NaN };
  }
}
