import type { CallSpec, Sample, UnitContext } from '@sandscope/probes/outside';

const ROUNDS = 6;
/** Calls never end at exactly the same moment. */
const LEAST_SPREAD_MS = 100;

/**
 * Makes `width` concurrent calls until they occupy that many different warm sandboxes, which then become free at about
 * the same moment. If sandboxes are unknown, it relies on overlap of the calls at the client.
 *
 * @param spreadMs time within which all of them must become free; at least 100 ms
 * @returns the calls of the last round, or undefined if the target does not reach that number; all other calls are
 *   discarded
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
    // If starts are unknown, the second round counts as warm.
    if (isLast && (round > 0 || samples.every(({ start }) => start === 'warm'))) return samples;
    discard(samples, overlaps(samples) ? 'preparation' : 'not_overlapping');
  }
  return undefined;
}

/** Whether all calls were in progress at one moment, in as many sandboxes as there were calls. */
export function overlaps(samples: readonly Sample[]): boolean {
  const ids = samples.map(({ sandboxId }) => sandboxId);
  if (ids.every((id) => id !== undefined)) return new Set(ids).size === samples.length;
  const lastSent = Math.max(...samples.map(({ sentMs }) => sentMs));
  return samples.every(({ firstByteMs, endMs = 0 }) => (firstByteMs ?? endMs) > lastSent);
}

/**
 * Whether a sandbox took one of these concurrent calls after another of them had ended: they then did not overlap, and
 * needed fewer sandboxes. By the sandbox's own clock; false if it does not report its times.
 */
export function isTakenInTurn(samples: readonly Sample[]): boolean {
  const byStart = samples
    .flatMap(({ sandboxId, function: facts }) =>
      sandboxId === undefined || facts?.startUnixMs === undefined || facts.endUnixMs === undefined
        ? []
        : [{ sandboxId, startUnixMs: facts.startUnixMs, endUnixMs: facts.endUnixMs }],
    )
    .sort((a, b) => a.startUnixMs - b.startUnixMs);
  const ends = new Map<string, number>();
  for (const { sandboxId, startUnixMs, endUnixMs } of byStart) {
    const before = ends.get(sandboxId);
    if (before !== undefined && startUnixMs >= before) return true;
    ends.set(sandboxId, Math.min(before ?? Infinity, endUnixMs));
  }
  return false;
}

/** Time from the first end to the last. */
function spreadOf(samples: readonly Sample[]): number {
  const ends = samples.map(({ firstByteMs, endMs = 0 }) => firstByteMs ?? endMs);
  return Math.max(...ends) - Math.min(...ends);
}
