import { benjaminiHochberg, clusterDifference, clusterProportion } from '../../../statistics/index.ts';
import { medianOf } from '../../estimate.ts';
import type { Estimated, Lack } from '../../estimate.ts';
import { LEAST_SANDBOXES, medianDifference, pOf, shareDifference } from './difference.ts';
import type { Difference } from './difference.ts';
import type { PackageTime, SandboxSample, VersionCounts } from './evidence.ts';
import type { METRICS, VERDICTS } from './schema.ts';

export type Metric = (typeof METRICS)[number];
export type Verdict = (typeof VERDICTS)[number];

/** The effect of a deploy on one metric. */
export interface Change {
  readonly metric: Metric;
  readonly before: Estimated;
  readonly after: Estimated;
  readonly difference?: Difference & { readonly ratio?: number };
  readonly verdict: Verdict;
}

export interface PackageChange {
  readonly name: string;
  readonly before: Estimated;
  readonly after: Estimated;
  readonly differenceMs: number;
}

export interface Deploy {
  readonly verdict: Verdict;
  readonly summary: string;
  readonly changes: readonly Change[];
  readonly packages: readonly PackageChange[];
  readonly restsOn: readonly string[];
  readonly missing: readonly Lack[];
}

/** One side of a deploy. */
export interface Side {
  readonly counts: VersionCounts;
  readonly samples: readonly SandboxSample[];
  readonly packages: readonly PackageTime[];
}

const SIGNIFICANT = 0.05;
/** The smallest relevant change: as a share of the previous value, and as an absolute amount in the metric's unit. */
const MATTERS: Readonly<Record<Metric, { readonly share: number; readonly least: number }>> = {
  'init-ms': { share: 0.05, least: 5 },
  'module-ms': { share: 0.05, least: 5 },
  'first-call-ms': { share: 0.1, least: 5 },
  'duration-ms': { share: 0.05, least: 1 },
  'memory-bytes': { share: 0.05, least: 2 ** 20 },
  'error-rate': { share: 0.25, least: 0.005 },
};
const VALUES: Readonly<Record<Exclude<Metric, 'error-rate'>, (sample: SandboxSample) => readonly number[]>> =
  {
    'init-ms': ({ initMs }) => (initMs === undefined ? [] : [initMs]),
    'module-ms': ({ moduleMs }) => (moduleMs === undefined ? [] : [moduleMs]),
    'first-call-ms': ({ firstCallMs }) => (firstCallMs === undefined ? [] : [firstCallMs]),
    'duration-ms': ({ warmMs }) => warmMs,
    'memory-bytes': ({ memoryPeakBytes }) => (memoryPeakBytes === undefined ? [] : [memoryPeakBytes]),
  };
const MOST_PACKAGES = 20;
const LEAST_PACKAGE_MS = 0.1;

/** Changes from one version of a function to the next. Pure. */
export function judgeDeploy(before: Side, after: Side): Deploy {
  const raw = [...medians(before, after), errors(before, after)];
  const tested = raw.filter(({ difference }) => difference !== undefined);
  const adjusted = benjaminiHochberg(tested.map(({ difference }) => difference!.p));
  const changes = raw.map((change) => {
    const at = tested.indexOf(change);
    return at < 0 ? undecided(change) : judged(change, adjusted[at]!);
  });
  const told = changes.filter(({ before: was, after: is }) => was.n > 0 || is.n > 0);
  const packages = packagesOf(before.packages, after.packages);
  const has = (verdict: Verdict): boolean => told.some((change) => change.verdict === verdict);
  const verdict = has('worse')
    ? 'worse'
    : has('better')
      ? 'better'
      : has('not-enough-data')
        ? 'not-enough-data'
        : 'same';
  return {
    verdict,
    summary: sentence(after.counts, told, packages),
    changes: told,
    packages,
    restsOn: [before, after].map(
      ({ counts, samples }) =>
        `${counts.invocations} calls of ${counts.sandboxes} sandboxes of version ${counts.version || '(unknown)'}, ${samples.length} of them examined`,
    ),
    missing: missingOf(before, after, told, packages),
  };
}

type Raw = Omit<Change, 'verdict'>;

function medians(before: Side, after: Side): Raw[] {
  return Object.entries(VALUES).map(([metric, of]) => {
    const [was, is] = [before.samples.map(of), after.samples.map(of)];
    const difference = medianDifference(was, is);
    return rawOf(metric as Metric, medianOf(was.flat()), medianOf(is.flat()), difference);
  });
}

function rawOf(metric: Metric, before: Estimated, after: Estimated, difference: Difference | undefined): Raw {
  if (!difference) return { metric, before, after };
  const ratio =
    before.value === undefined || before.value === 0 ? {} : { ratio: difference.value / before.value };
  return { metric, before, after, difference: { ...difference, ...ratio } };
}

/** Calls of one sandbox fail together: whole sandboxes are the clusters, over all examined calls. */
function errors(before: Side, after: Side): Raw {
  const sides = [before, after].map(({ samples }) => ({
    hits: samples.map(({ errors: count }) => count),
    trials: samples.map(({ invocations }) => invocations),
  }));
  const [was, is] = sides.map(({ hits, trials }) => clusterProportion(hits, trials));
  const found = clusterDifference(sides[0]!, sides[1]!);
  const fewest = Math.min(before.samples.length, after.samples.length);
  return rawOf('error-rate', was!, is!, found ? clustered(found, fewest) : independent(was!, is!));
}

function clustered(
  { value, low, high }: { value: number; low: number; high: number },
  fewest: number,
): Difference {
  return shareDifference(value, low, high, pOf(value, (high - low) / (2 * 1.96), fewest));
}

/** If a side has no errors, or only errors, its Wilson interval bounds their share (Newcombe). */
function independent(was: Estimated, is: Estimated): Difference | undefined {
  if (was.value === undefined || is.value === undefined || was.n < LEAST_SANDBOXES || is.n < LEAST_SANDBOXES)
    return undefined;
  const value = is.value - was.value;
  const down = Math.hypot(is.value - is.low!, was.high! - was.value);
  const up = Math.hypot(is.high! - is.value, was.value - was.low!);
  const half = value > 0 ? down : up;
  return shareDifference(value, value - down, value + up, value === 0 ? 1 : pOf(value, half / 1.96));
}

function undecided(change: Raw): Change {
  return { ...change, verdict: 'not-enough-data' };
}

function judged(change: Raw, p: number): Change {
  const difference = { ...change.difference!, p };
  const { share, least } = MATTERS[change.metric];
  const matters = Math.max(least, share * Math.abs(change.before.value ?? 0));
  const { value, low, high } = difference;
  const isSure = p < SIGNIFICANT && (low > 0 || high < 0);
  const hides = low < -matters || high > matters;
  const verdict: Verdict =
    isSure && Math.abs(value) >= matters
      ? value > 0
        ? 'worse'
        : 'better'
      : hides
        ? 'not-enough-data'
        : 'same';
  return { ...change, difference, verdict };
}

function packagesOf(before: readonly PackageTime[], after: readonly PackageTime[]): PackageChange[] {
  if (before.length === 0 || after.length === 0) return [];
  const names = new Set([...before, ...after].map(({ name }) => name));
  const times = (packages: readonly PackageTime[], of: string): number[] =>
    packages.filter(({ name }) => name === of).map(({ selfMs }) => selfMs);
  return [...names]
    .map((name) => {
      const [was, is] = [medianOf(times(before, name)), medianOf(times(after, name))];
      return { name, before: was, after: is, differenceMs: (is.value ?? 0) - (was.value ?? 0) };
    })
    .filter(({ differenceMs }) => Math.abs(differenceMs) >= LEAST_PACKAGE_MS)
    .sort((a, b) => Math.abs(b.differenceMs) - Math.abs(a.differenceMs) || (a.name < b.name ? -1 : 1))
    .slice(0, MOST_PACKAGES);
}

const NAMES: Readonly<Record<Metric, string>> = {
  'init-ms': 'initialisation',
  'module-ms': 'module load',
  'first-call-ms': 'the first call',
  'duration-ms': 'a warm call',
  'memory-bytes': 'memory',
  'error-rate': 'the error rate',
};

function sentence(
  { version }: VersionCounts,
  changes: readonly Change[],
  packages: readonly PackageChange[],
): string {
  const sure = changes.filter(({ verdict }) => verdict === 'worse' || verdict === 'better');
  const parts = sure.map(({ metric, difference }) => `${NAMES[metric]} ${shown(metric, difference!)}`);
  const [first] = packages;
  const because =
    first && sure.some(({ metric }) => metric === 'init-ms' || metric === 'module-ms')
      ? ` (${first.name === '.' ? 'its own files' : first.name}: ${signed(first.differenceMs)} ms)`
      : '';
  const name = version === '' ? 'This version' : `Version ${version}`;
  if (parts.length > 0) return `${name} changes ${parts.join(', ')}${because}.`;
  return changes.some(({ verdict }) => verdict === 'not-enough-data')
    ? `${name}: not enough data yet to exclude a change.`
    : `${name} has no relevant change.`;
}

function shown(metric: Metric, { value, low, high }: Difference): string {
  if (metric === 'error-rate')
    return `by ${signed(100 * value)} points (${signed(100 * low)} to ${signed(100 * high)})`;
  const [unit, per] = metric === 'memory-bytes' ? ['MB', 2 ** 20] : ['ms', 1];
  return `by ${signed(value / per)} ${unit} (${signed(low / per)} to ${signed(high / per)})`;
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(Math.abs(value) < 10 ? 1 : 0)}`;
}

function missingOf(
  before: Side,
  after: Side,
  changes: readonly Change[],
  packages: readonly PackageChange[],
): Lack[] {
  const least = Math.min(before.samples.length, after.samples.length);
  const hiding = changes.filter(
    ({ verdict, difference }) => verdict === 'not-enough-data' && difference !== undefined,
  );
  return [
    ...(least < LEAST_SANDBOXES
      ? [{ what: 'sandboxes of each version', n: least, needed: LEAST_SANDBOXES }]
      : []),
    ...hiding.map(({ metric, difference, before: was, after: is }) => ({
      what: `observations of ${NAMES[metric]} on each side, to detect a relevant difference`,
      n: Math.min(was.n, is.n),
      needed: neededFor(metric, was, is, difference!),
    })),
    ...(packages.length === 0 && (before.packages.length === 0 || after.packages.length === 0)
      ? [
          {
            what: 'initialisations of both versions that list their packages (SANDSCOPE_MODULES=1)',
            n: 0,
            needed: 1,
          },
        ]
      : []),
  ];
}

/**
 * The detectable difference decreases with the square root of the sample size; if nothing failed on either side, with
 * the sample size itself.
 */
function neededFor(metric: Metric, before: Estimated, after: Estimated, { detectable }: Difference): number {
  const n = Math.min(before.n, after.n);
  const power = metric === 'error-rate' && before.value === 0 && after.value === 0 ? 1 : 2;
  const { share, least } = MATTERS[metric];
  const matters = Math.max(least, share * Math.abs(before.value ?? 0));
  return Math.max(n + 1, Math.ceil(n * (detectable / matters) ** power));
}
