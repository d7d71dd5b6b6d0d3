import type { SandboxFacts } from './sandbox-facts.ts';
import type { TimeSlice } from './time-slice.ts';

/**
 * The largest number of sandboxes alive at once; a sandbox that ran several functions counts as one, and so do clones.
 */
export async function mostAtOnce(members: readonly SandboxFacts[], slice: TimeSlice): Promise<number> {
  const lives = new Map<string, { from: number; to: number }>();
  await slice.each(members, ({ sandboxId, firstStartMs, lastEndMs }) => {
    const life = lives.get(sandboxId);
    if (life === undefined) lives.set(sandboxId, { from: firstStartMs, to: lastEndMs });
    else {
      life.from = Math.min(life.from, firstStartMs);
      life.to = Math.max(life.to, lastEndMs);
    }
  });
  const starts = new Float64Array(lives.size);
  const ends = new Float64Array(lives.size);
  let index = 0;
  await slice.each(lives.values(), ({ from, to }) => {
    starts[index] = from;
    ends[index] = to;
    index += 1;
  });
  // Numbers are sorted many times as fast as objects, so a sort needs no pause within.
  starts.sort();
  await slice.pause();
  ends.sort();
  let most = 0;
  let ended = 0;
  index = 0;
  await slice.each(starts, (start) => {
    index += 1;
    // One that ends at the moment another begins is not alive together with it.
    while (ended < ends.length && (ends[ended] as number) <= start) ended += 1;
    most = Math.max(most, index - ended);
  });
  return most;
}
