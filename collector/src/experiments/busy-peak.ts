import type { Sample } from '@sandscope/probes/outside';

/**
 * Most calls that were in handlers at one moment, by the functions' own clocks: a lower bound of the platform's
 * concurrency. Clocks of several hosts must agree. Undefined if functions do not report their times.
 */
export function busyPeak(samples: readonly Sample[]): number | undefined {
  const changes = samples.flatMap((sample) => {
    const { startUnixMs, endUnixMs } = sample.function ?? {};
    return startUnixMs === undefined || endUnixMs === undefined
      ? []
      : [
          { at: startUnixMs, by: 1 },
          { at: endUnixMs, by: -1 },
        ];
  });
  if (changes.length === 0) return undefined;
  // A call that begins when another ends does not overlap it.
  changes.sort((a, b) => a.at - b.at || a.by - b.by);
  let busy = 0;
  let peak = 0;
  for (const { by } of changes) {
    busy += by;
    peak = Math.max(peak, busy);
  }
  return peak;
}
