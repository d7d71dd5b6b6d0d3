// The first invocations of a sandbox are exported at once: most sandboxes see no more.
const FIRST = 20;
const PAUSE_MS = 1000;
const MAX_AGE_MS = 5000;
const MAX_COUNT = 100;
const MAX_BYTES = 262_144;

/** The spans waiting to be exported when an invocation is over. */
export interface Waiting {
  /** Ordinal of the invocation, 1 for the first of the process. */
  readonly ordinal: number;
  /** Time between the end of the previous invocation and this one, ms; undefined for the first. */
  readonly idleMs: number | undefined;
  /** Number of waiting invocations, this one included. */
  readonly count: number;
  /** How long ago the oldest of them ended, ms. */
  readonly oldestMs: number;
  /** Approximate size of their spans as JSON. */
  readonly bytes: number;
}

/**
 * Whether the waiting spans are exported now; otherwise they wait for a later invocation. An export keeps the sandbox
 * busy after its response, and a call that arrives in the meantime starts another sandbox: with frequent calls, the
 * instrument would cause the cold starts that it counts.
 *
 * So the first 20 invocations of a process are exported at once, and each one that came more than a second after the
 * previous one. Of more frequent ones, at most 100 wait, at most 256 KiB, and at most for 5 s.
 */
export function isDue({ ordinal, idleMs, count, oldestMs, bytes }: Waiting): boolean {
  return (
    ordinal <= FIRST ||
    idleMs === undefined ||
    idleMs > PAUSE_MS ||
    count >= MAX_COUNT ||
    oldestMs >= MAX_AGE_MS ||
    bytes >= MAX_BYTES
  );
}
