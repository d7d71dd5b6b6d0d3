import type { HostConfidence } from '@sandscope/probes/semconv';
import { normalCdf, richness, wilson } from '../../../statistics/index.ts';
import type { Proportion } from '../../../statistics/index.ts';
import { groupBy } from '../../lifelines.ts';
import { medianOf } from '../../estimate.ts';
import type { Estimated, Lack } from '../../estimate.ts';
import type { Placed } from './evidence.ts';
import { occupiedAtStarts, packingOf } from './occupancy.ts';
import type { OnHost, Packing } from './occupancy.ts';
import type { REFUSALS } from './schema.ts';

export interface Placement {
  readonly sandboxes: number;
  readonly confidence: readonly {
    readonly confidence: HostConfidence;
    readonly sandboxes: number;
    readonly hosts: number;
  }[];
  readonly refused?: (typeof REFUSALS)[number];
  readonly hosts?: {
    readonly seen: number;
    readonly atLeast?: number;
    readonly low?: number;
    readonly high?: number;
    readonly coverage?: number;
    readonly n: number;
  };
  readonly coLocation?: { readonly others: number; readonly ratio?: number };
  readonly policy: {
    readonly verdict: 'pack' | 'spread' | 'even' | 'unknown';
    readonly occupied: Proportion;
    readonly expected?: number;
    readonly z?: number;
    readonly p?: number;
  };
  readonly packing: readonly Packing[];
  readonly classes: readonly {
    readonly cpuModel: string;
    readonly memoryTotalBytes?: number;
    readonly sandboxes: number;
    readonly hosts?: number;
  }[];
  readonly durationMs?: Estimated;
  readonly restsOn: readonly string[];
  readonly missing: readonly Lack[];
}

/** Fewer starts do not show a policy. */
const LEAST_STARTS = 20;
/** p below which a policy is named. */
const SIGNIFICANT = 0.01;
const LEAST_COVERAGE = 0.5;
const MOST_HOSTS = 50;
const MOST_CLASSES = 50;

/** The placement of sandboxes for one platform, region and account. Pure. */
export function judgePlacement(placed: readonly Placed[]): Placement {
  const known = placed.filter((one): one is OnHost => one.host !== undefined);
  const byHost = groupBy(known, ({ host }) => host);
  const gone = placed.filter(({ isGone }) => isGone).map(({ fromMs, toMs }) => toMs - fromMs);
  const base = {
    sandboxes: placed.length,
    confidence: [...groupBy(placed, ({ confidence }) => confidence).values()].map((own) => ({
      confidence: own[0]!.confidence,
      sandboxes: own.length,
      hosts: new Set(own.flatMap(({ host }) => host ?? [])).size,
    })),
    classes: classesOf(placed, known.length > 0),
    ...(gone.length > 0 && { durationMs: medianOf(gone) }),
    restsOn: [`${placed.length} sandboxes, ${known.length} of them on known hosts`],
  };
  if (known.length === 0) {
    return {
      ...base,
      refused: refusalOf(placed),
      policy: { verdict: 'unknown', occupied: wilson(0, 0) },
      packing: [],
      missing: [],
    };
  }
  const counts = [...byHost.values()].map((own) => own.length);
  const { seen, chao1, low, high, coverage, n } = richness(counts);
  const isCovered = coverage !== undefined && coverage >= LEAST_COVERAGE;
  const occupied = occupiedAtStarts(known);
  const packing = [...byHost]
    .map(([host, own]) => packingOf(host, own))
    .sort(
      (a, b) =>
        b.peakSandboxes - a.peakSandboxes || b.meanSandboxes - a.meanSandboxes || (a.host < b.host ? -1 : 1),
    );
  return {
    ...base,
    hosts: {
      seen,
      ...(isCovered && { atLeast: chao1, low, high }),
      ...(coverage !== undefined && { coverage }),
      n,
    },
    coLocation: {
      others: othersBeside(packing),
      ...(occupied.expectedPairs > 0 && { ratio: occupied.pairs / occupied.expectedPairs }),
    },
    policy: policyOf(occupied, seen),
    packing: packing.slice(0, MOST_HOSTS),
    missing: missingOf(occupied.n, seen, coverage, n),
  };
}

/** Average over the sandboxes: on a host with m at once, each has m − 1 neighbours. */
function othersBeside(packing: readonly Packing[]): number {
  const weight = packing.reduce((sum, { sandboxes }) => sum + sandboxes, 0);
  return (
    packing.reduce((sum, { sandboxes, meanSandboxes }) => sum + sandboxes * (meanSandboxes - 1), 0) / weight
  );
}

function policyOf(
  { n, hits, expected, variance }: ReturnType<typeof occupiedAtStarts>,
  hosts: number,
): Placement['policy'] {
  const occupied = wilson(hits, n);
  if (n < LEAST_STARTS || variance === 0 || hosts < 2) return { verdict: 'unknown', occupied };
  const z = (hits - expected) / Math.sqrt(variance);
  const p = Math.min(1, 2 * normalCdf(-Math.abs(z)));
  const verdict = p > SIGNIFICANT ? 'even' : z > 0 ? 'pack' : 'spread';
  return { verdict, occupied, expected: expected / n, z, p };
}

function refusalOf(placed: readonly Placed[]): (typeof REFUSALS)[number] {
  if (placed.every(({ bootId }) => bootId === '')) return 'kernels-not-told';
  const isPrivate = placed.some(({ isolation }) => isolation === 'microvm' || isolation === 'gvisor');
  const kernels = new Set(placed.map(({ bootId }) => bootId)).size;
  // Twenty sandboxes with as many kernels: sharing would have been visible.
  return isPrivate || (placed.length >= LEAST_STARTS && kernels === placed.length)
    ? 'private-kernels'
    : 'too-few-sandboxes';
}

function classesOf(placed: readonly Placed[], tellsHosts: boolean): Placement['classes'] {
  const classes = groupBy(
    placed.filter(({ cpuModel, memoryTotalBytes }) => cpuModel !== '' || memoryTotalBytes !== undefined),
    ({ cpuModel, memoryTotalBytes }) => JSON.stringify([cpuModel, memoryTotalBytes]),
  );
  return [...classes.values()]
    .map((own) => classOf(own, tellsHosts))
    .sort((a, b) => b.sandboxes - a.sandboxes)
    .slice(0, MOST_CLASSES);
}

function classOf(own: readonly Placed[], tellsHosts: boolean): Placement['classes'][number] {
  const { cpuModel = '', memoryTotalBytes } = own[0] ?? {};
  return {
    cpuModel,
    ...(memoryTotalBytes !== undefined && { memoryTotalBytes }),
    sandboxes: own.length,
    ...(tellsHosts && { hosts: new Set(own.flatMap(({ host }) => host ?? [])).size }),
  };
}

function missingOf(starts: number, hosts: number, coverage: number | undefined, n: number): Lack[] {
  const lacks: (Lack | false)[] = [
    hosts > 1 &&
      starts < LEAST_STARTS && {
        what: 'starts while some hosts had own sandboxes and others had none, to distinguish packing from spreading',
        n: starts,
        needed: LEAST_STARTS,
      },
    hosts === 1 && { what: 'a second host', n: 1, needed: 2 },
    (coverage === undefined || coverage < LEAST_COVERAGE) && {
      what: 'starts on hosts seen before, to estimate the number of hosts',
      n: Math.round((coverage ?? 0) * n),
      needed: Math.ceil(LEAST_COVERAGE * n),
    },
  ];
  return lacks.filter((lack) => lack !== false);
}
