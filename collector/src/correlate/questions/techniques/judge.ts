import { permutationTest, quantile, ascending, wilson } from '../../../statistics/index.ts';
import type { Proportion } from '../../../statistics/index.ts';
import { medianOf } from '../../estimate.ts';
import type { Estimated, Lack } from '../../estimate.ts';
import type { FunctionUse, Start } from './evidence.ts';
import type { SEEN, TECHNIQUES } from './schema.ts';

export type Technique = (typeof TECHNIQUES)[number];
export type Seen = (typeof SEEN)[number];

export interface Found {
  readonly technique: Technique;
  readonly verdict: Seen;
  readonly share?: Proportion;
  readonly effectMs?: Estimated;
  readonly evidence: readonly string[];
  readonly missing: readonly Lack[];
}

/** The host of a start, by its sandbox. */
export type HostOfSandbox = (environment: string) => string | undefined;

/**
 * This many starts or calls without a sign mean that a technique is not used; a sign in a sufficient share of them
 * means that it is.
 */
const LEAST_STARTS = 20;
/** Share that must surely be exceeded for "used". */
const DONE = 0.02;
/** Share that must surely not be exceeded for "not used". */
const NOT_DONE = 0.2;
/** A shorter wait does not count as a waiting runtime, ms. */
const LEAST_DWELL_MS = 1_000;
/** Sandboxes that were first on their host, and others. */
const LEAST_FIRSTS = 6;
const SIGNIFICANT = 0.01;
/** If a first start on a host is slower by less than this share, the code was already there. */
const MATTERS = 0.2;
/**
 * If an initialisation began at least this long before its event, the event did not start it; smaller differences may
 * come from clocks, ms.
 */
const LEAST_AHEAD_MS = 50;

/** The techniques against cold starts that a platform shows for one function. Pure. */
export function judgeTechniques(use: FunctionUse, starts: readonly Start[], hostOf: HostOfSandbox): Found[] {
  return [reuse(use, starts), pooling(starts), prewarming(starts), prefetching(starts, hostOf)];
}

function reuse({ invocations, sandboxes, warmMs, coldMs }: FunctionUse, starts: readonly Start[]): Found {
  const share = wilson(Math.max(0, invocations - sandboxes), invocations);
  const initMs = medianOf(starts.flatMap(({ initMs: own }) => own ?? []));
  const savedMs =
    initMs.value === undefined || warmMs === undefined || coldMs === undefined
      ? undefined
      : // A cold start does not shorten work: if cold calls took less time, they had less work.
        shifted(initMs, Math.max(0, coldMs - warmMs));
  return {
    technique: 'resource-reuse',
    verdict: verdictOf(share),
    share,
    ...(savedMs && { effectMs: savedMs }),
    evidence: [`${invocations} calls in ${sandboxes} sandboxes`],
    missing: lack('calls', invocations),
  };
}

function shifted({ value, low, high, n }: Estimated, by: number): Estimated {
  return {
    ...(value !== undefined && { value: value + by }),
    ...(low !== undefined && { low: low + by }),
    ...(high !== undefined && { high: high + by }),
    n,
  };
}

function pooling(starts: readonly Start[]): Found {
  // A process that was started for its function did not wait to get one.
  const told = starts.flatMap(
    ({ poolDwellMs, runtimeMs }) => poolDwellMs ?? (runtimeMs === undefined ? [] : 0),
  );
  const waited = told.filter((ms) => ms >= LEAST_DWELL_MS);
  const share = wilson(waited.length, told.length);
  return {
    technique: 'runtime-pooling',
    verdict: verdictOf(share),
    share,
    ...(waited.length > 0 && { effectMs: medianOf(waited) }),
    evidence: [
      told.length === 0
        ? 'no start reports whether its runtime or kernel was up before the function was loaded'
        : `${waited.length} of ${told.length} runtimes or kernels were up for a second or more before the function was loaded`,
    ],
    missing: lack('starts that report how long their runtime had waited', told.length),
  };
}

const isToldAhead = ({ initType }: Start): boolean => initType === 'proactive' || initType === 'provisioned';

/** Whether its initialisation began before its event, even if the span does not report this. */
function isFoundAhead(start: Start): boolean {
  const { initType, initMs, waitMs } = start;
  if (initType !== 'on_demand' || initMs === undefined || waitMs === undefined) return false;
  return initMs > waitMs + LEAST_AHEAD_MS;
}

function prewarming(starts: readonly Start[]): Found {
  const told = starts.filter(({ initType }) => initType !== '' && initType !== 'reinit');
  const found = told.filter(isFoundAhead);
  const ahead = told.filter((start) => isToldAhead(start) || isFoundAhead(start));
  const share = wilson(ahead.length, told.length);
  const kinds = [
    ...['proactive', 'provisioned'].map(
      (kind) => `${ahead.filter(({ initType }) => initType === kind).length} ${kind}`,
    ),
    ...(found.length > 0 ? [`${found.length} had begun before their event`] : []),
  ];
  return {
    technique: 'prewarming',
    verdict: verdictOf(share),
    share,
    ...(ahead.length > 0 && { effectMs: medianOf(ahead.flatMap(savedMs)) }),
    evidence: [`of ${told.length} starts ${kinds.join(' and ')}: initialised before any call`],
    missing: lack('starts that report their kind', told.length),
  };
}

/** Initialisation that its caller did not wait for. */
function savedMs(start: Start): number | [] {
  const { initMs, waitMs = 0 } = start;
  if (initMs === undefined) return [];
  return isFoundAhead(start) ? initMs - Math.max(0, waitMs) : initMs;
}

/** The times of starts that would be longer if the code had to be fetched, by host and version of the code. */
function loadsByHost(
  starts: readonly Start[],
  hostOf: HostOfSandbox,
  timeOf: (start: Start) => number | undefined,
): Map<string, { atMs: number; loadMs: number }[]> {
  const byHost = new Map<string, { atMs: number; loadMs: number }[]>();
  for (const start of starts) {
    const [host, loadMs] = [hostOf(start.environment), timeOf(start)];
    if (host === undefined || loadMs === undefined || start.initType === 'reinit') continue;
    const key = `${host} ${start.version}`;
    byHost.set(key, [...(byHost.get(key) ?? []), { atMs: start.atMs, loadMs }]);
  }
  return byHost;
}

const compared = (byHost: ReadonlyMap<string, readonly unknown[]>): number =>
  [...byHost.values()].filter((own) => own.length > 1).length;

/**
 * If code is fetched when a host runs the function for the first time, that start takes longer than later ones there. A
 * permutation of the starts within each host tests whether the first ones were slower. The wait of callers includes
 * every fetch. The load time of the modules includes only a fetch that happens while they load, so it cannot show that
 * there is none.
 */
function prefetching(starts: readonly Start[], hostOf: HostOfSandbox): Found {
  const waits = loadsByHost(starts, hostOf, (start) =>
    isToldAhead(start) || isFoundAhead(start) ? undefined : start.waitMs,
  );
  const isWait = compared(waits) >= LEAST_FIRSTS;
  const byHost = isWait ? waits : loadsByHost(starts, hostOf, ({ moduleMs }) => moduleMs);
  const hosts = [...byHost.values()].filter((own) => own.length > 1);
  const values: number[] = [];
  const labels: number[] = [];
  const strata: number[] = [];
  const differences: number[] = [];
  for (const [stratum, own] of hosts.entries()) {
    const inOrder = own.toSorted((a, b) => a.atMs - b.atMs);
    const later = inOrder.slice(1).map(({ loadMs }) => loadMs);
    differences.push(inOrder[0]!.loadMs - quantile(later.toSorted(ascending), 0.5)!);
    for (const [place, { loadMs }] of inOrder.entries()) {
      values.push(loadMs);
      labels.push(place === 0 ? 1 : 0);
      strata.push(stratum);
    }
  }
  const usualMs = quantile(values.toSorted(ascending), 0.5);
  const base = { technique: 'prefetching' as const, missing: prefetchLacks(byHost.size, hosts.length) };
  if (usualMs === undefined || hosts.length < LEAST_FIRSTS) {
    return {
      ...base,
      verdict: 'unknown',
      evidence: [
        byHost.size === 0
          ? 'hosts are unknown, or starts do not report their duration'
          : `${hosts.length} hosts with more than one start`,
      ],
    };
  }
  const test = permutationTest(
    labels,
    (order) =>
      values.reduce(
        (sum, value, index) => sum + (order[index] === 1 ? Math.log(Math.max(1e-3, value)) : 0),
        0,
      ),
    { strata },
  );
  const effectMs = medianOf(differences);
  const isSlower = test !== undefined && test.p < SIGNIFICANT && (effectMs.value ?? 0) > 0;
  const isBounded = effectMs.high !== undefined && effectMs.high < MATTERS * usualMs;
  return {
    ...base,
    verdict: isSlower && !isBounded ? 'off' : isBounded && isWait ? 'on' : 'unknown',
    effectMs,
    evidence: [
      `${isWait ? 'waits for' : 'modules of'} the first sandbox on each of ${hosts.length} hosts against those of later ones there: p ${test?.p.toFixed(3) ?? '1'}`,
      ...(isWait
        ? []
        : ['fetches before the modules load cannot be seen, because no caller reports its wait']),
    ],
  };
}

function prefetchLacks(known: number, hosts: number): Lack[] {
  if (hosts >= LEAST_FIRSTS) return [];
  return [
    {
      what: known === 0 ? 'known hosts' : 'hosts with more than one start',
      n: hosts,
      needed: LEAST_FIRSTS,
    },
  ];
}

function verdictOf({ low, high, n }: Proportion): Seen {
  if (n === 0) return 'unknown';
  if (low > DONE) return 'on';
  return n >= LEAST_STARTS && high < NOT_DONE ? 'off' : 'unknown';
}

function lack(what: string, n: number): Lack[] {
  return n < LEAST_STARTS ? [{ what, n, needed: LEAST_STARTS }] : [];
}
