import type { Placed } from './evidence.ts';

/** A sandbox with a known host. */
export type OnHost = Placed & { readonly host: string };

/** Sandboxes on one host over time. */
export interface Packing {
  readonly host: string;
  readonly sandboxes: number;
  readonly peakSandboxes: number;
  readonly meanSandboxes: number;
  readonly peakMemoryRatio?: number;
  readonly peakVcpus?: number;
}

/** The occupancy of a host by own sandboxes. */
export function packingOf(host: string, placed: readonly OnHost[]): Packing {
  const changes = placed.flatMap((one) => [
    { at: one.fromMs, sign: 1, one },
    { at: one.toMs, sign: -1, one },
  ]);
  // At equal times, ends are processed before starts.
  changes.sort((a, b) => a.at - b.at || a.sign - b.sign);
  const totalBytes = placed.reduce((most, { memoryTotalBytes = 0 }) => Math.max(most, memoryTotalBytes), 0);
  const tellsMemory =
    totalBytes > 0 && placed.every(({ memoryLimitBytes }) => memoryLimitBytes !== undefined);
  const tellsCpu = placed.every(({ vcpus }) => vcpus !== undefined);
  const now = { sandboxes: 0, bytes: 0, vcpus: 0 };
  const peak = { ...now };
  let weighted = 0;
  let occupiedMs = 0;
  let before = changes[0]?.at ?? 0;
  for (const { at, sign, one } of changes) {
    if (now.sandboxes > 0) {
      weighted += now.sandboxes * (at - before);
      occupiedMs += at - before;
    }
    before = at;
    now.sandboxes += sign;
    now.bytes += sign * (one.memoryLimitBytes ?? 0);
    now.vcpus += sign * (one.vcpus ?? 0);
    for (const name of ['sandboxes', 'bytes', 'vcpus'] as const) peak[name] = Math.max(peak[name], now[name]);
  }
  return {
    host,
    sandboxes: placed.length,
    peakSandboxes: peak.sandboxes,
    meanSandboxes: occupiedMs > 0 ? weighted / occupiedMs : placed.length > 0 ? 1 : 0,
    ...(tellsMemory && { peakMemoryRatio: peak.bytes / totalBytes }),
    ...(tellsCpu && { peakVcpus: peak.vcpus }),
  };
}

/** Whether starts went to hosts that held own sandboxes. */
export interface Occupied {
  /** Starts while some host, but not every host, held a sandbox. */
  readonly n: number;
  readonly hits: number;
  /** Σ of the shares of occupied hosts, and of the variances. */
  readonly expected: number;
  readonly variance: number;
  /** Σ over starts of living pairs on one host, observed and expected under independent placement. */
  readonly pairs: number;
  readonly expectedPairs: number;
}

/**
 * Processes the starts in order of time. If placement depends on the shares of hosts alone, `hits` is a sum of
 * independent draws with the shares of the occupied hosts.
 */
export function occupiedAtStarts(placed: readonly OnHost[]): Occupied {
  const shares = new Map<string, number>();
  for (const { host } of placed) shares.set(host, (shares.get(host) ?? 0) + 1 / placed.length);
  const starts = placed.toSorted((a, b) => a.fromMs - b.fromMs || (a.key < b.key ? -1 : 1));
  const ends = placed.toSorted((a, b) => a.toMs - b.toMs);
  const alive = new Map<string, number>();
  const found = { n: 0, hits: 0, expected: 0, variance: 0, pairs: 0, expectedPairs: 0 };
  let ended = 0;
  const begun = new Set<string>();
  for (const { host, fromMs, key } of starts) {
    for (; ended < ends.length && ends[ended]!.toMs <= fromMs; ended += 1) {
      const { key: gone, host: left } = ends[ended]!;
      if (!begun.has(gone)) continue;
      const rest = (alive.get(left) ?? 1) - 1;
      if (rest > 0) alive.set(left, rest);
      else alive.delete(left);
    }
    const share = Math.min(
      1,
      [...alive.keys()].reduce((sum, occupied) => sum + (shares.get(occupied) ?? 0), 0),
    );
    if (share > 0 && share < 1 - 1e-9) {
      found.n += 1;
      found.hits += alive.has(host) ? 1 : 0;
      found.expected += share;
      found.variance += share * (1 - share);
    }
    found.pairs += alive.get(host) ?? 0;
    for (const [other, count] of alive) found.expectedPairs += count * (shares.get(other) ?? 0);
    begun.add(key);
    alive.set(host, (alive.get(host) ?? 0) + 1);
  }
  return found;
}
