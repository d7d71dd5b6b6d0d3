import type { Sandbox } from './sandbox.ts';

/** Goodbyes of one stop are at most this far apart, ms, and all of them arrive within the second time. */
const APART_MS = 2_000;
const LONGEST_MS = 30_000;
/** Fewer simultaneous goodbyes may be coincidence. */
const LEAST = 3;
/** Share of the sandboxes known to be alive that such a stop ends. */
export const MOST = 0.9;
/** A sandbox that started less than this before the stop replaces a stopped one, ms. */
export const TAKES_OVER_MS = 60_000;
/** At least one sandbox was in use this short before, ms. */
const JUST_USED_MS = 30_000;
/** The longest idle time is at least this multiple of the shortest, and longer by this, ms. */
const WIDE = 10;
const LEAST_WIDE_MS = 2_000;

/**
 * Marks the goodbyes of sandboxes that were all stopped at the same time, whether they were used recently or long ago,
 * as a deploy that does not change the version does. Idleness does not explain this: it never ends a sandbox that was
 * just used while others are idle for longer, and platforms that evict idle sandboxes in batches keep recently used
 * ones.
 */
export function markSimultaneousStops(sandboxes: readonly Sandbox[]): readonly Sandbox[] {
  const told = [...sandboxes.keys()].filter((index) => sandboxes[index]!.goodbye);
  const timeOf = (index: number): number => sandboxes[index]!.goodbye!.timeMs;
  told.sort((a, b) => timeOf(a) - timeOf(b) || a - b);
  const together = new Set<number>();
  for (let from = 0, to = 0; from < told.length; from = to) {
    const firstMs = timeOf(told[from]!);
    for (to = from + 1; to < told.length; to += 1) {
      const atMs = timeOf(told[to]!);
      if (atMs > timeOf(told[to - 1]!) + APART_MS || atMs > firstMs + LONGEST_MS) break;
    }
    const batch = told.slice(from, to);
    if (batch.length >= LEAST && differsWidely(batch.map((index) => sandboxes[index]!)))
      if (endsNearlyAll(batch.length, firstMs, timeOf(batch.at(-1)!), sandboxes))
        for (const index of batch) together.add(index);
  }
  if (together.size === 0) return sandboxes;
  return sandboxes.map((sandbox, index) =>
    together.has(index)
      ? Object.assign({}, sandbox, { goodbye: { ...sandbox.goodbye!, isPartOfStop: true } })
      : sandbox,
  );
}

function differsWidely(batch: readonly Sandbox[]): boolean {
  let least = Infinity;
  let most = 0;
  for (const { goodbye, lastEndMs } of batch) {
    const idleMs = goodbye!.timeMs - lastEndMs;
    least = Math.min(least, idleMs);
    most = Math.max(most, idleMs);
  }
  return least <= JUST_USED_MS && most >= WIDE * least && most - least >= LEAST_WIDE_MS;
}

function endsNearlyAll(ended: number, fromMs: number, toMs: number, sandboxes: readonly Sandbox[]): boolean {
  let survivors = 0;
  const tooMany = ended / MOST - ended;
  for (const { firstStartMs, lastEndMs, goodbye } of sandboxes) {
    if (firstStartMs >= fromMs - TAKES_OVER_MS) continue;
    if (Math.max(lastEndMs, goodbye?.timeMs ?? 0) > toMs && (survivors += 1) > tooMany) return false;
  }
  return true;
}
