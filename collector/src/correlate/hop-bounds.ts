/** Lowest and highest possible number of hops. */
export interface HopBounds {
  readonly low: number;
  readonly high: number;
}

/** A call and its host; the host is absent where unknown. */
export interface PlacedCall {
  readonly startMs: number;
  readonly endMs: number;
  readonly host: string | undefined;
}

/** A cluster: calls that overlap one another, directly or through others. */
interface Cluster {
  readonly hosts: ReadonlyMap<string, number>;
  readonly known: number;
  readonly unknown: number;
  /** Hops among its known calls, in any order. */
  readonly low: number;
  readonly high: number;
}

/**
 * Bounds of the hops over all orders of the calls that agree with time. A call that ended before another started came
 * first. Overlapping calls may have been placed in either order: the handlers of a burst of cold starts begin in an
 * order of their own. Both bounds hold; they are tight where clusters of overlapping calls are small.
 *
 * @param calls in ascending order of start
 */
export function boundHops(calls: readonly PlacedCall[]): HopBounds {
  let low = 0;
  let high = 0;
  let before: Cluster | undefined;
  for (const cluster of clusters(calls)) {
    low += cluster.low;
    high += cluster.high;
    if (before) {
      const mixed = before.unknown + cluster.unknown > 0;
      if (!mixed && before.known > 0 && cluster.known > 0 && isDisjoint(before, cluster)) low += 1;
      if (before.known > 0 && cluster.known > 0 && !isOneHost(before, cluster)) high += 1;
    }
    before = cluster;
  }
  return { low, high };
}

function* clusters(calls: readonly PlacedCall[]): Generator<Cluster> {
  let own: PlacedCall[] = [];
  let endMs = -Infinity;
  for (const call of calls) {
    if (own.length > 0 && call.startMs >= endMs) {
      yield clusterOf(own);
      own = [];
      endMs = -Infinity;
    }
    own.push(call);
    endMs = Math.max(endMs, call.endMs);
  }
  if (own.length > 0) yield clusterOf(own);
}

function clusterOf(calls: readonly PlacedCall[]): Cluster {
  const hosts = new Map<string, number>();
  const placed: (PlacedCall & { host: string })[] = [];
  for (const call of calls) {
    const { host } = call;
    if (host === undefined) continue;
    hosts.set(host, (hosts.get(host) ?? 0) + 1);
    placed.push({ ...call, host });
  }
  const known = placed.length;
  const unknown = calls.length - known;
  const most = [...hosts.values()].reduce((max, count) => Math.max(max, count), 0);
  // Each host is entered at least once, and between two calls in a certain order on two hosts there is a hop. A call on
  // an unknown host can replace a hop.
  const sure = Math.max(hosts.size - 1, longestAlternation(placed) - 1, 0);
  return {
    hosts,
    known,
    unknown,
    low: Math.max(0, sure - unknown),
    high: Math.max(0, Math.min(known - 1, 2 * (known - most))),
  };
}

/**
 * The longest chain of calls, each ended before the next started, that changes host at every step.
 *
 * @param calls in ascending order of start
 */
function longestAlternation(calls: readonly (PlacedCall & { host: string })[]): number {
  const byEnd = calls.map((call, index) => ({ index, endMs: call.endMs })).sort((a, b) => a.endMs - b.endMs);
  const lengths: number[] = [];
  // Best chains that have ended: the longest, and the longest that ends on a different host.
  let best = { host: '', length: 0 };
  let second = { host: '', length: 0 };
  let ended = 0;
  for (const [index, call] of calls.entries()) {
    for (let entry = byEnd[ended]; entry && entry.endMs <= call.startMs; entry = byEnd[ended]) {
      ended += 1;
      // A call of zero length may end at its own start, before its chain is known.
      const candidate = { host: calls[entry.index]?.host ?? '', length: lengths[entry.index] ?? 0 };
      if (candidate.length > best.length) {
        if (candidate.host !== best.host) second = best;
        best = candidate;
      } else if (candidate.host !== best.host && candidate.length > second.length) second = candidate;
    }
    lengths[index] = 1 + (best.host === call.host ? second.length : best.length);
  }
  return lengths.reduce((most, length) => Math.max(most, length), 0);
}

function isDisjoint(a: Cluster, b: Cluster): boolean {
  for (const host of a.hosts.keys()) if (b.hosts.has(host)) return false;
  return true;
}

function isOneHost(a: Cluster, b: Cluster): boolean {
  const [only] = a.hosts.keys();
  return a.hosts.size === 1 && b.hosts.size === 1 && only !== undefined && b.hosts.has(only);
}
