import type { SandboxFacts } from './sandbox-facts.ts';
import { groupBy } from './lifelines.ts';

/**
 * The largest number of sandboxes alive at once; a sandbox that ran several functions counts as one, and so do clones.
 */
export function mostAtOnce(members: readonly SandboxFacts[]): number {
  const byId = groupBy(members, (fact) => fact.sandboxId);
  const lives = [...byId.values()].map((same) => ({
    from: Math.min(...same.map((fact) => fact.firstStartMs)),
    to: Math.max(...same.map((fact) => fact.lastEndMs)),
  }));
  const moments = lives
    .flatMap(({ from, to }) => [
      { at: from, change: 1 },
      { at: to, change: -1 },
    ])
    .sort((a, b) => a.at - b.at || a.change - b.change);
  let alive = 0;
  let most = 0;
  for (const { change } of moments) {
    alive += change;
    most = Math.max(most, alive);
  }
  return most;
}
