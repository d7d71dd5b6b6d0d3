import { estimate } from '../../../schema/index.ts';
import type { EstimateValue } from '../../../schema/index.ts';
import { quantile } from '../../../statistics/index.ts';
import type { HeldSockets } from './evidence.ts';

/** When a sandbox went, at the earliest and at the latest; later than now where it may still be there. */
export interface Gone {
  readonly earliestMs: number;
  readonly latestMs: number;
}

/** What one remote end has to bear. */
export interface EndpointAnswer {
  readonly peer: string;
  readonly sandboxes: number;
  /** Of a sandbox. */
  readonly socketsP50: number;
  readonly socketsMax: number;
  /** Most at a time over the range, frozen sandboxes included. */
  readonly peak: EstimateValue;
  readonly peakAtMs: number;
  /** Held at the end of the range. */
  readonly now: EstimateValue;
}

/**
 * The most sockets that sandboxes hold to a remote end at a time. A sandbox holds its sockets while it is alive, frozen or
 * not: a server does not see that its client sleeps. It is taken to hold the most it ever told, from when it told them
 * first until it goes, or until it told of fewer.
 *
 * @param held of one remote end
 * @param goneOf by sandbox
 * @param asOfMs end of the range
 */
export function judgeEndpoint(
  held: readonly HeldSockets[],
  goneOf: (sockets: HeldSockets) => Gone,
  asOfMs: number,
): EndpointAnswer {
  const until = (of: (gone: Gone) => number) =>
    held.map((sockets) => ({
      fromMs: sockets.firstMs,
      toMs: sockets.isHeld ? Math.max(sockets.lastMs, of(goneOf(sockets))) : sockets.lastMs,
      count: sockets.most,
    }));
  const low = peakOf(
    until(({ earliestMs }) => earliestMs),
    asOfMs,
  );
  const high = peakOf(
    until(({ latestMs }) => latestMs),
    asOfMs,
  );
  const middle = peakOf(
    until(({ earliestMs, latestMs }) => (earliestMs + latestMs) / 2),
    asOfMs,
  );
  const counts = held.map(({ most }) => most).toSorted((a, b) => a - b);
  const sandboxes = new Set(held.map(({ environment }) => environment)).size;
  return {
    peer: held[0]!.peer,
    sandboxes,
    socketsP50: quantile(counts, 0.5)!,
    socketsMax: counts.at(-1)!,
    peak: estimate(sandboxes, middle.peak, low.peak, high.peak),
    peakAtMs: middle.atMs,
    now: estimate(sandboxes, middle.now, low.now, high.now),
  };
}

interface Holding {
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
}

/** By a sweep over beginnings and ends; of one moment, beginnings come first. */
function peakOf(holdings: readonly Holding[], asOfMs: number): { peak: number; atMs: number; now: number } {
  const events = holdings.flatMap(({ fromMs, toMs, count }) => [
    { atMs: fromMs, change: count },
    { atMs: toMs, change: -count },
  ]);
  events.sort((a, b) => a.atMs - b.atMs || b.change - a.change);
  let held = 0;
  let peak = 0;
  let atMs = 0;
  for (const event of events) {
    if (event.atMs > asOfMs) break;
    held += event.change;
    if (held > peak) {
      peak = held;
      atMs = event.atMs;
    }
  }
  const now = holdings.reduce(
    (sum, { fromMs, toMs, count }) => sum + (fromMs <= asOfMs && toMs >= asOfMs ? count : 0),
    0,
  );
  return { peak, atMs, now };
}
