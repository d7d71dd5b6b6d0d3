import { cloneNumberOf } from './judge/index.ts';
import type { SandboxFate } from './judge/index.ts';
import type { Lifeline } from './lifelines.ts';

/**
 * The lifelines of clones that share a name, as the judge distinguishes them. If only a part of their lifetimes is in
 * the window, the received invocations are divided among them by the time that each was in the window.
 *
 * @param fates of all sandboxes of that name
 */
export function splitClones(life: Lifeline, fates: readonly SandboxFate[]): readonly Lifeline[] {
  if (fates.length < 2) return [life];
  const clones = fates
    .filter((fate) => fate.firstStartMs <= life.lastEndMs && fate.lastEndMs >= life.firstStartMs)
    .sort((a, b) => cloneNumberOf(a.key) - cloneNumberOf(b.key));
  if (clones.length === 0 || clones.length > life.count) return [life];
  const counts = distributed(
    life.count,
    clones.map((fate) => fate.uses * shareIn(fate, life)),
  );
  return clones.map((fate, index) => cloneOf(life, fate, counts[index]!));
}

function cloneOf(life: Lifeline, fate: SandboxFate, count: number): Lifeline {
  const clone = cloneNumberOf(fate.key);
  return {
    ...life,
    key: clone === 1 ? life.key : `${life.key}\0${clone}`,
    clone,
    sandboxId: clone === 1 ? life.sandboxId : `${life.sandboxId}@${clone}`,
    count,
    firstStartMs: Math.max(life.firstStartMs, fate.firstStartMs),
    lastEndMs: Math.min(life.lastEndMs, fate.lastEndMs),
    // If only a part of a lifetime is in the window, the ordinals of that part are unknown.
    lost: fate.uses === count ? fate.lost : 0,
    restarts: fate.restarts,
  };
}

/** Times of the engine and the judge differ by rounding, ms. */
const SAME_MS = 1;

/** Share of a sandbox's life in the window. */
function shareIn({ firstStartMs, lastEndMs }: SandboxFate, life: Lifeline): number {
  if (firstStartMs >= life.firstStartMs - SAME_MS && lastEndMs <= life.lastEndMs + SAME_MS) return 1;
  const seenMs = Math.min(lastEndMs, life.lastEndMs) - Math.max(firstStartMs, life.firstStartMs);
  return Math.max(SAME_MS, seenMs) / Math.max(SAME_MS, lastEndMs - firstStartMs);
}

/** Whole numbers, at least 1 each, that sum to a total, in proportion to their weights. */
function distributed(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const exact = weights.map((weight) => (total * weight) / sum);
  const counts = exact.map((share) => Math.max(1, Math.round(share)));
  let rest = total - counts.reduce((all, count) => all + count, 0);
  while (rest !== 0) {
    const step = Math.sign(rest);
    const most = counts.reduce((best, count, index) => (count > counts[best]! ? index : best), 0);
    counts[most] = counts[most]! + step;
    rest -= step;
  }
  return counts;
}
