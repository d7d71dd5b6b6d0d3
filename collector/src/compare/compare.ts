/**
 * Compares two runs of one experiment: medians, their ratio with its interval, an effect size, and what is not shown.
 */
import { clientMs, measured } from '@sandscope/probes/outside';
import type { ProbeResult, Sample } from '@sandscope/probes/outside';
import { benjaminiHochberg } from '../statistics/benjamini-hochberg.ts';
import { bootstrapClusters } from '../statistics/bootstrap.ts';
import { permutationTest } from '../statistics/permutation.ts';
import { chanceSlower, medians, pairSamples } from './weighted-samples.ts';
import type { PairedSamples, Timed } from './weighted-samples.ts';

/** `not-shown`: the data are also consistent with no difference. `too-few`: no conclusion is possible. */
export type Finding = 'slower' | 'faster' | 'not-shown' | 'too-few';

/** One kind of calls in both runs. */
export interface GroupComparison {
  /** `cold`, `warm` or `unknown`, and the cell of the design if there are several. */
  readonly group: string;
  readonly n: readonly [base: number, other: number];
  /** Independent parts of the runs: batches, bursts, rounds. */
  readonly units: readonly [base: number, other: number];
  /** Client time without the connection; absent without calls. */
  readonly mediansMs: { readonly base?: number; readonly other?: number };
  /** The other median over the base's, 95 % by bootstrap over units; absent with fewer than two of either. */
  readonly ratio?: { readonly value: number; readonly low: number; readonly high: number };
  /** Probability that a call of the other run takes longer than one of the base: 0.5 without a difference. */
  readonly chanceSlower?: number;
  /** For no difference, by permutation of units. */
  readonly pValue?: number;
  readonly finding: Finding;
}

/** Unintended differences between the runs. */
export interface Circumstance {
  readonly what: string;
  readonly base: string;
  readonly other: string;
}

export interface Comparison {
  readonly experiment: string;
  readonly groups: readonly GroupComparison[];
  readonly circumstances: readonly Circumstance[];
  /** One sentence. */
  readonly verdict: string;
}

/** Fewer units of either run say nothing. */
export const LEAST_UNITS = 6;
/** False discovery rate over all groups. */
const FALSE_SHARE = 0.05;

/** @param other compared with `base`; the same data give the same bytes */
export function compareResults(base: ProbeResult, other: ProbeResult): Comparison {
  const [own, its] = [groupsOf(base), groupsOf(other)];
  const names = [...new Set([...own.keys(), ...its.keys()])].sort();
  const raw = names.map((group) => compareGroup(group, own.get(group) ?? [], its.get(group) ?? []));
  const groups = judged(raw);
  return {
    experiment: base.experiment,
    groups,
    circumstances: circumstancesOf(base, other),
    verdict: verdictOf(groups),
  };
}

/** The counted calls, by start, and by the cell of the design if every call has one. */
function groupsOf({ samples }: ProbeResult): Map<string, Timed[]> {
  const groups = new Map<string, Timed[]>();
  for (const sample of measured(samples)) {
    const latencyMs = clientMs(sample);
    if (latencyMs === undefined) continue;
    const key = [sample.start, ...cellOf(sample)].join(', ');
    const group = groups.get(key);
    const call = { latencyMs, unit: sample.unit };
    if (group) group.push(call);
    else groups.set(key, [call]);
  }
  return groups;
}

function cellOf({ cell = {}, memoryMb, width }: Sample): string[] {
  return [
    ...Object.entries(cell)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${name} ${value}`),
    ...(memoryMb === undefined || 'memoryMb' in cell ? [] : [`${memoryMb} MB`]),
    ...(width === undefined || 'width' in cell ? [] : [`width ${width}`]),
  ];
}

function compareGroup(group: string, base: readonly Timed[], other: readonly Timed[]): GroupComparison {
  const paired = pairSamples(base, other);
  const units = [0, 1].map((run) => paired.runs.filter((one) => one === run).length) as [number, number];
  const [baseMs, otherMs] = medians(paired, paired.runs);
  const described = {
    group,
    n: [base.length, other.length] as const,
    units,
    mediansMs: {
      ...(baseMs !== undefined && { base: baseMs }),
      ...(otherMs !== undefined && { other: otherMs }),
    },
  };
  if (Math.min(...units) < LEAST_UNITS) return { ...described, finding: 'too-few' };
  const { value, low, high } = ratioOf(paired);
  const superiority = chanceSlower(paired);
  const test = permutationTest(paired.runs, (labels) => logRatio(medians(paired, labels)) ?? 0, {
    alternative: 'two-sided',
  });
  return {
    ...described,
    ...(value !== undefined && low !== undefined && high !== undefined && { ratio: { value, low, high } }),
    ...(superiority !== undefined && { chanceSlower: superiority }),
    ...(test && { pValue: test.p }),
    finding: 'not-shown',
  };
}

const ratioOf = (paired: PairedSamples) =>
  bootstrapClusters(
    paired.runs.length,
    (counts) => {
      const [base, other] = medians(paired, paired.runs, counts);
      return base === undefined || other === undefined || base === 0 ? undefined : other / base;
    },
    { strata: paired.runs },
  );

const logRatio = ([base, other]: readonly [number | undefined, number | undefined]): number | undefined =>
  base === undefined || other === undefined || base <= 0 || other <= 0 ? undefined : Math.log(other / base);

/** A difference is found if its interval excludes 1 and it remains significant among all comparisons. */
function judged(groups: readonly GroupComparison[]): GroupComparison[] {
  const tested = groups.filter(({ pValue }) => pValue !== undefined);
  const adjusted = benjaminiHochberg(tested.map(({ pValue }) => pValue ?? 1));
  const found = new Set(
    tested.filter((_, index) => (adjusted[index] ?? 1) <= FALSE_SHARE).map(({ group }) => group),
  );
  return groups.map((comparison) => {
    const { group, ratio } = comparison;
    if (!ratio || !found.has(group) || (ratio.low <= 1 && ratio.high >= 1)) return comparison;
    return { ...comparison, finding: ratio.value > 1 ? ('slower' as const) : ('faster' as const) };
  });
}

function circumstancesOf(base: ProbeResult, other: ProbeResult): Circumstance[] {
  const looked: readonly (readonly [string, (result: ProbeResult) => unknown])[] = [
    ['experiment', ({ experiment }) => experiment],
    ['client processor', ({ machine }) => `${machine.cpuCount} × ${machine.cpuModel}`],
    ['client Node', ({ machine }) => machine.nodeVersion],
    ['sandscope', ({ tool }) => tool.version],
    ['time scale', ({ timeScale }) => timeScale],
    ['kind of target', ({ target }) => target.kind],
    ['parameters', ({ parameters }) => JSON.stringify(parameters)],
    ['ran to its end', ({ complete }) => complete],
  ];
  return looked.flatMap(([what, of]) => {
    const [own, its] = [String(of(base)), String(of(other))];
    return own === its ? [] : [{ what, base: own, other: its }];
  });
}

function verdictOf(groups: readonly GroupComparison[]): string {
  const known = groups.filter(({ finding }) => finding !== 'too-few');
  if (known.length === 0)
    return `No comparison is possible: no kind of call has ${LEAST_UNITS} independent units in both runs.`;
  const found = known.filter(({ finding }) => finding !== 'not-shown');
  if (found.length === 0) return `A difference is not shown by these data (${known.length} compared).`;
  const strongest = found.toSorted((a, b) => strength(b) - strength(a))[0]!;
  const { ratio, finding, group } = strongest;
  // The nearer bound first, in either direction.
  const bounds = finding === 'slower' ? [ratio!.low, ratio!.high] : [ratio!.high, ratio!.low];
  const others = found.length === 1 ? '' : `, and ${found.length - 1} more of ${known.length} differ`;
  return `Calls (${group}) are ${percent(ratio!.value)} ${finding} (${bounds.map(percent).join(' to ')})${others}.`;
}

const strength = ({ ratio }: GroupComparison): number => Math.abs(Math.log(ratio?.value ?? 1));

/** Distance of a ratio from 1, regardless of direction. */
const percent = (ratio: number): string => `${Math.abs((ratio - 1) * 100).toFixed(1)}\u00A0%`;
