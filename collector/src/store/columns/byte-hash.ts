/** Random per process: senders cannot choose names that collide. */
export const HASH_SEED = (Math.random() * 2 ** 32) | 0;
/** FNV-1a, 32 bits: apply `hash = Math.imul(hash ^ byte, HASH_FACTOR)` to each byte, then {@link finishHash}. */
export const HASH_FACTOR = 0x01000193;

/** The low bits select a slot; the high ones are folded into them. */
export function finishHash(hash: number): number {
  return hash ^ (hash >>> 15);
}

/** Hash of the bytes from `start` to before `end`. */
export function hashOf(source: Uint8Array, start: number, end: number): number {
  let hash = HASH_SEED;
  for (let index = start; index < end; index++)
    hash = Math.imul(hash ^ (source[index] as number), HASH_FACTOR);
  return finishHash(hash);
}
