import { monotonicMs } from './clocks.ts';

// Several readers need the same files one after the other; the kernel takes up to 50 µs to generate one.
const KEPT_MS = 100;
const values = new Map<string, { readonly value: unknown; readonly readAtMs: number }>();

/**
 * What `read` returns of things that hardly change, a tenth of a second old at most. `undefined` is not kept.
 *
 * @param name belongs to this `read` alone
 */
export function kept<T>(name: string, read: () => T | undefined): T | undefined {
  const nowMs = nowOrNaN();
  const latest = values.get(name);
  if (latest !== undefined && nowMs - latest.readAtMs <= KEPT_MS) return latest.value as T;
  const value = read();
  if (value === undefined) values.delete(name);
  else values.set(name, { value, readAtMs: nowMs });
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

/** NaN if the clock cannot be read: nothing counts as kept then. */
function nowOrNaN(): number {
  try {
    return monotonicMs();
  } catch {
    return Number.NaN;
  }
}
