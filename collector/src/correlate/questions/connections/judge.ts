import { estimate } from '../../../schema/index.ts';
import type { EstimateValue } from '../../../schema/index.ts';
import { quantile } from '../../../statistics/index.ts';
import type { HeldSockets } from './evidence.ts';

/** The earliest, most likely and latest time of a sandbox's death; later than now if it may still exist. */
export interface Gone {
  readonly earliestMs: number;
  readonly likelyMs: number;
  readonly latestMs: number;
}

/** A sandbox with a higher probability of being gone may have been gone since its last call. */
const MAY_BE_GONE = 0.025;

/** When a sandbox died, given the time of its last call, as of a moment. */
export function goneBy(
  lastMs: number,
  asOfMs: number,
  evicted: { readonly afterMs: number; readonly beforeMs: number } | undefined,
  probability: number,
): Gone {
  if (evicted)
    return {
      earliestMs: evicted.afterMs,
      likelyMs: (evicted.afterMs + evicted.beforeMs) / 2,
      latestMs: evicted.beforeMs,
    };
  return {
    earliestMs: probability >= MAY_BE_GONE ? lastMs : asOfMs,
    likelyMs: probability >= 0.5 ? (lastMs + asOfMs) / 2 : asOfMs,
    latestMs: asOfMs,
  };
}

/** The load on one remote end. */
export interface EndpointAnswer {
  readonly peer: string;
  readonly sandboxes: number;
  /** Per sandbox. */
  readonly socketsP50: number;
  readonly socketsMax: number;
  /** Highest number at a time over the range, including frozen sandboxes. */
  readonly peak: EstimateValue;
  readonly peakAtMs: number;
  /** Number held at the end of the range. */
  readonly now: EstimateValue;
}

/**
 * The most sockets that sandboxes hold to a remote end at a time. A sandbox holds its sockets while it is alive, even
 * frozen: a server does not notice that its client sleeps. It is assumed to hold the first reported number, and from
 * the report of the highest number that one, until it dies or reports none. A pool fills between two reports, so the
 * upper bound holds all of them from the first report.
 *
 * @param held for one remote end
 * @param goneOf times of death by sandbox
 * @param asOfMs end of the range
 */
export function judgeEndpoint(
  held: readonly HeldSockets[],
  goneOf: (sockets: HeldSockets) => Gone,
  asOfMs: number,
): EndpointAnswer {
  const until = (of: (gone: Gone) => number, isFull: boolean) =>
    peakOf(
      held.flatMap((sockets) => {
        const { first, most, firstMs, mostFromMs, lastMs, isHeld } = sockets;
        const toMs = isHeld ? Math.max(lastMs, of(goneOf(sockets))) : lastMs;
        return [
          { fromMs: firstMs, toMs, count: isFull ? most : first },
          ...(isFull || most === first ? [] : [{ fromMs: mostFromMs, toMs, count: most - first }]),
        ];
      }),
      asOfMs,
    );
  const low = until(({ earliestMs }) => earliestMs, false);
  const middle = until(({ likelyMs }) => likelyMs, false);
  const high = until(({ latestMs }) => latestMs, true);
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

/** Sweeps over beginnings and ends; at equal times, beginnings come first. */
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
