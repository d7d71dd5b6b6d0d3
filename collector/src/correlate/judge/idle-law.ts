import {
  akaikeWeights,
  averageDraws,
  averageSurvival,
  chooseFamily,
  distinctDraws,
  drawLaw,
  fitLaws,
  IDLE_LAWS,
  LawLikelihood,
  logLikelihood,
  smoothedSurvival,
  timesAtLevel,
} from '../../statistics/index.ts';
import type { DurationEvidence, LawDraws, LawFamily, LawFit } from '../../statistics/index.ts';
import { survivalBand } from './survival-band.ts';
import type { SurvivalBand } from './survival-band.ts';

/** How long idle sandboxes are kept. */
export interface IdleLawEstimate {
  /** Averaged over laws and their parameters: a table over the edges, or one per batch size. */
  readonly survival: readonly Float64Array[];
  readonly keepAlive: KeepAlive;
  /** Absent where the survival is given, not learned. */
  readonly band?: SurvivalBand;
}

/** The idle time by which half are gone (for `halving`, the period), and the shape of the law. */
export interface KeepAlive {
  /** Absent where it is not identified. */
  readonly valueMs?: number;
  readonly lowMs?: number;
  readonly highMs?: number;
  /** The shape of the law, or why it is unknown. */
  readonly family: LawFamily | 'not-identified';
  /** `beyond-what-was-seen`: hardly any sandbox ended near that time, so neither the law nor the time is known. */
  readonly reason?: 'few-deaths' | 'families-tie' | 'wide' | 'beyond-what-was-seen' | 'lost-spans';
  /** Number of ends by idleness behind it. */
  readonly expectedDeaths: number;
  /** The named family's share of the weights of all laws. */
  readonly weight?: number;
}

/** Prior belief: half are gone after this time, ms; it counts as one idle time. */
const PRIOR_HALF_LIFE_MS = 1_800_000;
/** Minimum number of parameters charged for the non-parametric estimate. */
const LEAST_FREE_PARAMETERS = 12;
/** Number of median times that represent the non-parametric estimate. */
const FREE_TIMES = 40;
/** Laws of less weight are ignored. */
const LEAST_WEIGHT = 0.03;
/** A law this far behind has no weight; its last digits are not computed. */
const HOPELESS_AIC = 15;
/** Number of draws from the posteriors of all laws, each law by its weight; of a law at least this many. */
const DRAWS = 400;
const LEAST_DRAWS = 60;
/** With fewer ends than this no law is named. */
const LEAST_DEATHS = 25;
/** With fewer observed ends than this no law is fitted. */
const LEAST_SEEN_DEATHS = 3;
/**
 * Families closer than this in AIC are tied. A law with one more parameter that explains nothing more is behind by 2, up
 * to rounding: that is no tie.
 */
const TIE_AIC = 1.99;
/**
 * A shorter time is not reported: half of all idle times then end at once, by the leak, which has no time of its own.
 */
const LEAST_TIME_MS = 1;
/** The keep-alive time counts as observed only if sandboxes ended after at least this share of it. */
const SEEN_TO = 0.5;
/** Lost last uses look like early ends: above this share of lost calls no shape is reported. */
const MOST_LOST = 0.02;
/** Beyond this share no times are reported either. */
const MOST_LOST_FOR_TIMES = 0.35;
/** An interval that extends further than this share to one side identifies nothing. */
const WIDEST = 0.15;

type KeepAliveTimes = Pick<KeepAlive, 'valueMs' | 'lowMs' | 'highMs'>;

/** Prior survival at each edge. */
export function priorSurvival(edges: Float64Array): Float64Array {
  return Float64Array.from(edges, (edge) => Math.max(1e-100, 2 ** (-edge / PRIOR_HALF_LIFE_MS)));
}

/**
 * Without a parametric law: smoothed, with a prior whose weight fades.
 *
 * @param passes number of smoothing passes
 */
export function freeSurvival(
  evidence: DurationEvidence,
  passes = 1,
  start?: Float64Array,
): ReturnType<typeof smoothedSurvival> {
  return smoothedSurvival(evidence, {
    prior: priorSurvival(evidence.edges),
    passes,
    maxIterations: 200,
    tolerance: 1e-4,
    ...(start && { start }),
  });
}

/**
 * The law that the evidence supports, starting from a non-parametric estimate of its survival.
 *
 * @param seenDeaths ends with evidence besides silence: laws are fitted to these, otherwise a law could explain every
 *   silence as an end
 * @param share of all idle times that the evidence covers
 * @param passes number of smoothing passes of the non-parametric estimate
 */
export function estimateIdleLaw(
  evidence: DurationEvidence,
  free: ReturnType<typeof smoothedSurvival>,
  {
    seenDeaths,
    lostShare,
    share,
    passes,
  }: {
    readonly seenDeaths: number;
    readonly lostShare: number;
    readonly share: number;
    readonly passes: number;
  },
): IdleLawEstimate {
  const { survival } = free;
  const expectedDeaths = free.expectedDeaths / share;
  const likelihood = new LawLikelihood(evidence);
  const fits =
    seenDeaths >= LEAST_SEEN_DEATHS
      ? fitLaws(evidence, undefined, {
          survival,
          hopelessAic: HOPELESS_AIC,
          likelihood,
        }).map(charged)
      : [];
  const freeAic = 2 * freeParameters(free, passes) - 2 * logLikelihood(evidence, [survival]);
  const weights = akaikeWeights([...fits, { aic: freeAic }], LEAST_WEIGHT);
  const drawn = fits.map((fit, index) =>
    weights[index]! > 0
      ? drawLaw(evidence, fit, {
          draws: Math.max(LEAST_DRAWS, Math.ceil(DRAWS * weights[index]!)),
          logPrior: widthPrior(fit.law),
          likelihood,
        })
      : undefined,
  );
  const tables = fits.map((fit, index) =>
    drawn[index] ? averageDraws(evidence, fit, drawn[index]) : [survival],
  );
  const medians = mediansOf(evidence, free, fits, drawn, weights);
  const averaged = averageSurvival([...tables, [survival]], weights);
  const byPeriod = keepAliveTimes(medians, ({ period, at }) => period ?? at);
  const endsFrom = (idleMs: number): number => endsSince(evidence.edges, free.deaths, idleMs) / share;
  const name = nameLaw(fits, expectedDeaths, endsFrom, byPeriod, lostShare);
  const interval = name.family === 'halving' ? byPeriod : keepAliveTimes(medians, ({ at }) => at);
  const isTold = lostShare <= MOST_LOST_FOR_TIMES && name.reason !== 'beyond-what-was-seen';
  return {
    survival: averaged,
    band: survivalBand(evidence, fits, drawn, weights, free),
    keepAlive: isTold ? { ...name, ...interval } : name,
  };
}

/** Expected ends after an idle time. */
function endsSince(edges: Float64Array, deaths: Float64Array, idleMs: number): number {
  return deaths.reduce((sum, count, bin) => (edges[bin]! >= idleMs ? sum + count : sum), 0);
}

/**
 * The effective number of parameters of the non-parametric estimate: the number of bins with an end, weighted by how
 * much each keeps of its own value after the averaging with its neighbours.
 */
function freeParameters({ deaths }: ReturnType<typeof smoothedSurvival>, passes: number): number {
  const own = 1 / Math.sqrt(Math.PI * (passes + 0.25));
  const bins = deaths.reduce((sum, count) => sum + Math.min(1, count), 0);
  return Math.max(LEAST_FREE_PARAMETERS, own * bins);
}

/**
 * Prior for the sharpness of a threshold: lognormal in its width as a share of its time, 95 % between .4 and 22 %. Few
 * observations near the threshold bound the width only from above, and a prior flat in the logarithm would then favour
 * sharp laws.
 */
const USUAL_WIDTH = 0.03;
const WIDTH_DEVIATION = 1;

function widthPrior(law: LawFit['law']): (parameters: readonly number[]) => number {
  const of = (share: number): number => -((Math.log(share / USUAL_WIDTH) / WIDTH_DEVIATION) ** 2) / 2;
  return ([first = 1, second = 1, third = 1, fourth = 1]) => {
    if (law === 'soft-step') return of(second / first);
    if (law === 'shifted-exponential' && second < first) return of(second / first);
    if (law === 'soft-two-step') return of(second / first) + of(fourth / third);
    // A Weibull law of shape k falls about like a logistic law of width 0.4 / k.
    return law === 'weibull' && second > 4 ? of(0.4 / second) : 0;
  };
}

/**
 * A second step at an arbitrary position finds something to explain by chance, like two more parameters: a change point
 * in a non-smooth likelihood is worth three, one of which the comparison already charges.
 *
 * @see Ninomiya, Statistics and Probability Letters 72 (2005), for AIC with change points
 */
function charged(fit: LawFit): LawFit {
  const steps = fit.law === 'soft-two-step' ? 2 : IDLE_LAWS[fit.law].jumps.length;
  const parameterCount = fit.parameterCount + 2 * Math.max(0, steps - 1);
  return { ...fit, parameterCount, aic: 2 * parameterCount - 2 * fit.logLikelihood };
}

function nameLaw(
  fits: readonly LawFit[],
  expectedDeaths: number,
  endsFrom: (idleMs: number) => number,
  { valueMs, lowMs = 0, highMs = Infinity }: KeepAliveTimes,
  lostShare: number,
): Pick<KeepAlive, 'family' | 'reason' | 'weight' | 'expectedDeaths'> {
  const no = (
    reason: NonNullable<KeepAlive['reason']>,
  ): Pick<KeepAlive, 'family' | 'reason' | 'expectedDeaths'> => ({
    family: 'not-identified',
    reason,
    expectedDeaths,
  });
  const choice = chooseFamily(fits);
  if (!choice || expectedDeaths < LEAST_DEATHS) return no('few-deaths');
  if (lostShare > MOST_LOST) return no('lost-spans');
  // Sandboxes that ended at once are explained by the leak. Without later ends, the law would rest on survivors alone.
  if (valueMs !== undefined && endsFrom(SEEN_TO * valueMs) < LEAST_SEEN_DEATHS)
    return no('beyond-what-was-seen');
  if (choice.ahead !== undefined && choice.ahead < TIE_AIC) return no('families-tie');
  if (valueMs === undefined || highMs > (1 + WIDEST) * valueMs || lowMs < (1 - WIDEST) * valueMs)
    return no('wide');
  return { family: choice.family, weight: choice.weight, expectedDeaths };
}

/** The time by which half are gone, by one draw. */
interface Median {
  readonly at: number;
  /** The period, for a law of batches. */
  readonly period?: number;
  readonly weight: number;
}

/** Medians of all draws, weighted by their laws. */
function mediansOf(
  evidence: DurationEvidence,
  free: ReturnType<typeof smoothedSurvival>,
  fits: readonly LawFit[],
  drawn: readonly (LawDraws | undefined)[],
  weights: readonly number[],
): Median[] {
  const medians: Median[] = [];
  const batches = batchShares(evidence);
  const last = evidence.edges.at(-1)!;
  for (const [index, fit] of fits.entries()) {
    const draws = drawn[index];
    if (!draws) continue;
    const weight = weights[index]! / draws.parameters.length;
    for (const { parameters, leak, count } of distinctDraws(draws)) {
      medians.push({
        at: medianOf(fit, parameters, leak, last, batches),
        weight: count * weight,
        ...(IDLE_LAWS[fit.law].ofBatches && { period: parameters[0]! }),
      });
    }
  }
  const freeWeight = weights.at(-1) ?? 0;
  if (freeWeight > 0) {
    for (const at of timesAtLevel(evidence.edges, free, 0.5, FREE_TIMES))
      medians.push({ at, weight: freeWeight / FREE_TIMES });
  }
  return medians;
}

/** @param timeOf which time represents a law */
function keepAliveTimes(medians: readonly Median[], timeOf: (median: Median) => number): KeepAliveTimes {
  const times = medians
    .map((median) => ({ time: timeOf(median), weight: median.weight }))
    .sort((a, b) => a.time - b.time);
  const at = (q: number): number | undefined => {
    let sum = 0;
    for (const { time, weight } of times) {
      sum += weight;
      if (sum >= q) return time;
    }
    return times.at(-1)?.time;
  };
  const [valueMs, lowMs, highMs] = [at(0.5), at(0.025), at(0.975)];
  return valueMs === undefined || !Number.isFinite(valueMs) || valueMs < LEAST_TIME_MS
    ? {}
    : { valueMs, lowMs: lowMs!, highMs: highMs! };
}

/** Shares of batch sizes among the sandboxes that were not used again. */
function batchShares({ offsets, weights, batches, batchSizes }: DurationEvidence): Map<number, number> {
  const shares = new Map<number, number>();
  let sum = 0;
  for (const [index, weight] of weights.entries()) {
    // Spells ended by a call have one step: they survived it.
    if (offsets[index + 1]! - offsets[index]! < 2) continue;
    const size = batchSizes[batches[index]!]!;
    shares.set(size, (shares.get(size) ?? 0) + weight);
    sum += weight;
  }
  return new Map([...shares].map(([size, weight]) => [size, weight / sum]));
}

/** The time by which half are gone, with the observed batch sizes. */
function medianOf(
  fit: LawFit,
  parameters: readonly number[],
  leak: number,
  last: number,
  batches: ReadonlyMap<number, number>,
): number {
  const law = IDLE_LAWS[fit.law];
  const parts =
    law.ofBatches && batches.size > 0
      ? [...batches].map(([size, share]) => ({ share, of: law.survival(parameters, size) }))
      : [{ share: 1, of: law.survival(parameters, 1) }];
  const at = (time: number): number => parts.reduce((sum, { share, of }) => sum + share * of(time), 0);
  const half = 0.5 / (1 - leak);
  let low = 0;
  let high = last;
  if (at(high) > half) return Infinity;
  // After this many halvings nothing is left of the interval, even if it begins at 0, where the relative width never
  // shrinks.
  for (let turn = 0; turn < 60 && high - low > 1e-4 * high; turn += 1) {
    const middle = (low + high) / 2;
    if (at(middle) > half) low = middle;
    else high = middle;
  }
  return high;
}
