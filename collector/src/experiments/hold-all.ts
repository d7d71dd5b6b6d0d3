import type { CallSpec, Sample, UnitContext } from '@sandscope/probes/outside';

const ROUNDS = 6;
/** Calls never end at quite the same moment. */
const LEAST_SPREAD_MS = 100;

/**
 * Calls `width` at once until as many different sandboxes hold them, each of them warm and so free again at about the same
 * moment. Where sandboxes are not told, calls that overlap at the client are all that can be seen.
 *
 * @param spreadMs time within which all of them have to become free; not less than 100 ms
 * @returns the calls of the last round, or undefined when the target does not hold so many; everything else is discarded
 */
export async function holdAll(
  { together, discard }: Pick<UnitContext, 'together' | 'discard'>,
  width: number,
  spec: CallSpec,
  spreadMs = Infinity,
): Promise<Sample[] | undefined> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const samples = await together(width, () => ({ ...spec, width }));
    const isLast =
      overlaps(samples) &&
      samples.every(({ start, error }) => start !== 'cold' && error === undefined) &&
      spreadOf(samples) <= Math.max(LEAST_SPREAD_MS, spreadMs);
    // Of starts that nobody tells, the second round is warm.
    if (isLast && (round > 0 || samples.every(({ start }) => start === 'warm'))) return samples;
    discard(samples, overlaps(samples) ? 'preparation' : 'not_overlapping');
  }
  return undefined;
}

/** Whether the calls were all under way at one moment, and in as many sandboxes as there were calls. */
export function overlaps(samples: readonly Sample[]): boolean {
  const ids = samples.map(({ sandboxId }) => sandboxId);
  if (ids.every((id) => id !== undefined)) return new Set(ids).size === samples.length;
  const lastSent = Math.max(...samples.map(({ sentMs }) => sentMs));
  return samples.every(({ firstByteMs, endMs = 0 }) => (firstByteMs ?? endMs) > lastSent);
}

/** From the first end to the last one. */
function spreadOf(samples: readonly Sample[]): number {
  const ends = samples.map(({ firstByteMs, endMs = 0 }) => firstByteMs ?? endMs);
  return Math.max(...ends) - Math.min(...ends);
}
