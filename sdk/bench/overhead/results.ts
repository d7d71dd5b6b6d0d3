import type { BundleSizes } from './bundle-sizes.ts';
import type { ColdSample, WarmSample } from './measure.ts';
import type { Samples } from './run.ts';
import { estimate, estimateAdded, median, shifted, type Estimate } from './statistics.ts';

/**
 * The figures of one variant. `added…` is the difference to the bare handler in the same module format. It is absent
 * for the bare handlers themselves; every figure that could not be measured is absent too.
 */
export interface VariantResult {
  readonly id: string;
  readonly title: string;
  readonly status: 'measured' | 'incomplete' | 'missing';
  readonly problems: readonly string[];
  /** Versions of packages by name. */
  readonly packages: Readonly<Record<string, string>>;
  /** Start of the process to its response. */
  readonly firstResponseMs?: Estimate;
  readonly addedFirstResponseMs?: Estimate;
  /** CPU time of the process until the first handler call had settled. */
  readonly addedStartupCpuMs?: Estimate;
  /** CPU time from then until the sandbox was idle. */
  readonly addedPostResponseCpuMs?: Estimate;
  /** Median duration of a handler call after the warm-up. */
  readonly callMicros?: Estimate;
  readonly addedCallP50Micros?: Estimate;
  /** p99 of the calls minus the median of the bare handler's. */
  readonly addedCallP99Micros?: Estimate;
  /** Median of the second to the tenth call. */
  readonly addedEarlyCallMicros?: Estimate;
  /** CPU time per warm invocation: the total, and the part after the response. */
  readonly addedCpuMicros?: Estimate;
  readonly addedPostResponseCpuMicros?: Estimate;
  readonly addedRssBytes?: Estimate;
  readonly quotaFirstResponseMs?: Estimate;
  readonly addedQuotaFirstResponseMs?: Estimate;
  readonly bundle?: BundleSizes;
  /** Number of processes of cold and warm rounds, and how many of them registered as an extension. */
  readonly processes: number;
  readonly extensions: number;
  /** Per invocation of the warm rounds. */
  readonly deliveredPerInvocation?: {
    readonly spans: number;
    readonly datagrams: number;
    readonly stdoutBytes: number;
  };
  /** Spans that arrived while the measured invocations ran, for each of them. */
  readonly measuredSpansPerInvocation?: number;
}

type Measured<T> = readonly (T | undefined)[];

/** The differences between two variants, round by round; undefined if no round has both. */
function added<T>(
  own: Measured<T>,
  bare: Measured<T> | undefined,
  figure: (sample: T) => number,
): Estimate | undefined {
  const pairs = own.flatMap((sample, round) => {
    const other = bare?.[round];
    return sample === undefined || other === undefined ? [] : [[figure(sample), figure(other)] as const];
  });
  if (pairs.length === 0) return undefined;
  return estimateAdded(
    pairs.map(([value]) => value),
    pairs.map(([, value]) => value),
  );
}

function ownEstimate<T>(own: Measured<T>, figure: (sample: T) => number): Estimate | undefined {
  const values = own.flatMap((sample) => (sample === undefined ? [] : [figure(sample)]));
  return values.length === 0 ? undefined : estimate(values);
}

/** p99 over the calls of all rounds, minus the median of all of the bare handler's calls. */
function addedP99(own: Measured<WarmSample>, bare: Measured<WarmSample> | undefined): Estimate | undefined {
  const calls = own.flatMap((sample) => sample?.callMicros ?? []);
  const bareCalls = bare?.flatMap((sample) => sample?.callMicros ?? []) ?? [];
  if (calls.length === 0 || bareCalls.length === 0) return undefined;
  return shifted(estimate(calls, 0.99), -median(bareCalls));
}

/** A copy without properties whose value is undefined. */
function present<T extends object>(figures: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== undefined)) as never;
}

/**
 * Summarises a variant's samples.
 *
 * @param bare samples of its baseline; undefined for the bare handlers
 */
export function summarize(
  { variant, cold, warm, quotaFirstResponseMs, problems }: Samples,
  bare: Samples | undefined,
  packages: Readonly<Record<string, string>>,
  bundle: BundleSizes | undefined,
): VariantResult {
  const processes = [...cold, ...warm].filter((sample) => sample !== undefined);
  const isSound = problems.length === 0;
  const addedCold = (figure: (sample: ColdSample) => number): Estimate | undefined =>
    added(cold, bare?.cold, figure);
  const addedWarm = (figure: (sample: WarmSample) => number): Estimate | undefined =>
    added(warm, bare?.warm, figure);
  const itself = (value: number): number => value;
  return {
    id: variant.id,
    title: variant.title,
    status: processes.length === 0 ? 'missing' : isSound ? 'measured' : 'incomplete',
    problems: [...new Set(problems)],
    processes: processes.length,
    extensions: processes.filter(({ hasExtension }) => hasExtension).length,
    packages,
    ...present({
      firstResponseMs: ownEstimate(cold, (one) => one.firstResponseMs),
      addedFirstResponseMs: addedCold((one) => one.firstResponseMs),
      addedStartupCpuMs: addedCold((one) => one.startupCpuMs),
      addedPostResponseCpuMs: addedCold((one) => one.postResponseCpuMs),
      callMicros: ownEstimate(warm, (one) => median(one.callMicros)),
      addedCallP50Micros: addedWarm((one) => median(one.callMicros)),
      addedCallP99Micros: addedP99(warm, bare?.warm),
      addedEarlyCallMicros: addedWarm((one) => median(one.earlyCallMicros)),
      addedCpuMicros: addedWarm((one) => one.callCpuMicros + one.restCpuMicros),
      addedPostResponseCpuMicros: addedWarm((one) => one.restCpuMicros),
      addedRssBytes: addedWarm((one) => one.rssBytes),
      quotaFirstResponseMs: ownEstimate(quotaFirstResponseMs, itself),
      addedQuotaFirstResponseMs: added(quotaFirstResponseMs, bare?.quotaFirstResponseMs, itself),
      bundle,
      deliveredPerInvocation: delivered(warm),
      measuredSpansPerInvocation: measuredSpans(warm),
    }),
  };
}

function measuredSpans(warm: Measured<WarmSample>): number | undefined {
  const all = warm.filter((sample) => sample !== undefined);
  const invocations = all.reduce((sum, one) => sum + one.measuredInvocations, 0);
  if (invocations === 0) return undefined;
  return Number((all.reduce((sum, one) => sum + one.measuredSpans, 0) / invocations).toFixed(3));
}

function delivered(warm: Measured<WarmSample>): VariantResult['deliveredPerInvocation'] {
  const all = warm.filter((sample) => sample !== undefined);
  const invocations = all.reduce((sum, one) => sum + one.invocations, 0);
  if (invocations === 0) return undefined;
  const each = (figure: (sample: WarmSample) => number): number =>
    Number((all.reduce((sum, one) => sum + figure(one), 0) / invocations).toFixed(3));
  return {
    spans: each((one) => one.delivered.spans),
    datagrams: each((one) => one.delivered.datagrams),
    stdoutBytes: each((one) => one.delivered.stdoutBytes),
  };
}
