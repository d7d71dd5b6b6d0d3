// The first invocations of a sandbox leave at once: most sandboxes see no more.
const FIRST = 20;
const PAUSE_MS = 1000;
const MAX_AGE_MS = 5000;
const MAX_COUNT = 100;
const MAX_BYTES = 262_144;

/** What there is to send when an invocation is over. */
export interface Waiting {
  /** Of the invocation, 1 for the first of the process. */
  readonly ordinal: number;
  /** Time between the end of the invocation before and this one, ms; undefined for the first. */
  readonly idleMs: number | undefined;
  /** Invocations that wait, this one included. */
  readonly count: number;
  /** How long ago the oldest of them ended, ms. */
  readonly oldestMs: number;
  /** About what their spans take as JSON. */
  readonly bytes: number;
}

/**
 * Whether what waits is to be exported now; else it waits for a later invocation. An export keeps the sandbox busy after
 * its response, and a call that comes in the meantime starts another sandbox: where calls follow each other closely, the
 * instrument would cause the cold starts that it counts.
 *
 * So the first 20 invocations of a process are exported at once, and every one that came more than a second after the
 * one before. Of denser ones at most 100, 256 KiB or 5 s wait.
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
