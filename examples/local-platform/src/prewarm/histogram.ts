import type { PrewarmDefinition, PrewarmPolicy } from './policy.ts';

const BINS = 240;

/**
 * The first half of the hybrid histogram policy of Shahrad et al. (USENIX ATC 2020): idle times are counted in 240
 * bins, of a minute by default, and a sandbox is made ready shortly before the fifth percentile of them has passed.
 * Their second half, how long it is then kept, is up to the expiry laws. Nothing is predicted from few idle times, nor
 * from times that are spread evenly over the bins, which the coefficient of variation of the bins shows.
 */
export const histogram: PrewarmDefinition = {
  policy: 'histogram',
  fields: ['binMillis', 'headQuantile', 'marginRatio', 'leastIdleTimes', 'leastVariation'],
  read: (fields) => {
    const parameters = {
      binMillis: fields.millis('binMillis', 60_000),
      headQuantile: fields.number('headQuantile', 0.05, 0, 1),
      marginRatio: fields.number('marginRatio', 0.1, 0, 1),
      leastIdleTimes: fields.whole('leastIdleTimes', 5, 1, 1e6),
      leastVariation: fields.number('leastVariation', 2, 0, 100),
    };
    const { binMillis, headQuantile, marginRatio, leastIdleTimes, leastVariation } = parameters;
    return {
      parameters,
      start: ({ scaled }): PrewarmPolicy => {
        const binWidth = scaled(binMillis);
        const bins = Array.from({ length: BINS }, () => 0);
        let count = 0;
        let idleSince: number | undefined;
        let next = Infinity;
        /** Lower edge of the bin with the quantile, rounded down as in the paper; undefined if nothing is predicted. */
        const head = (): number | undefined => {
          if (count < leastIdleTimes || variationOf(bins) < leastVariation) return undefined;
          let below = 0;
          const bin = bins.findIndex((own) => (below += own) >= Math.max(1, headQuantile * count));
          return bin * binWidth;
        };
        return {
          called: (now) => {
            next = Infinity;
            if (idleSince === undefined) return;
            const bin = Math.floor((now - idleSince) / binWidth);
            idleSince = undefined;
            // Longer ones are out of the histogram's range.
            if (bin >= BINS) return;
            bins[bin]! += 1;
            count += 1;
          },
          idle: (now) => {
            idleSince = now;
            const headMillis = head();
            // A call that may come at once finds the sandbox that has just answered.
            if (headMillis !== undefined && headMillis > 0) next = now + headMillis * (1 - marginRatio);
          },
          followedBy: () => {},
          nextMillis: () => next,
          due: (now) => {
            if (now < next) return [];
            next = Infinity;
            return [{ details: { idleTimes: count, headMillis: head()! } }];
          },
        };
      },
    };
  },
};

/** Standard deviation over mean. */
function variationOf(bins: readonly number[]): number {
  const mean = bins.reduce((sum, own) => sum + own, 0) / bins.length;
  const variance = bins.reduce((sum, own) => sum + (own - mean) ** 2, 0) / bins.length;
  return Math.sqrt(variance) / mean;
}
