import type { Estimate, Sample } from '@sandscope/probes/outside';
import { clockOffset } from '../statistics/index.ts';
import type { ClockOffset } from '../statistics/index.ts';

/** A call with the times of both sides; ms since the start of the run, the function's by its own clock. */
export interface TwoSided {
  readonly sample: Sample;
  /** Start of sending the request, after the connection was established. */
  readonly sent: number;
  readonly began: number;
  readonly ended: number;
  readonly received: number;
}

/** Calls whose function reported when it began and ended. */
export function twoSided(samples: readonly Sample[], startedUnixMs: number): TwoSided[] {
  return samples.flatMap((sample) => {
    const { startUnixMs, endUnixMs } = sample.function ?? {};
    if (startUnixMs === undefined || endUnixMs === undefined || sample.endMs === undefined) return [];
    return [
      {
        sample,
        sent: sample.connectedMs ?? sample.sentMs,
        began: startUnixMs - startedUnixMs,
        ended: endUnixMs - startedUnixMs,
        received: sample.firstByteMs ?? sample.endMs,
      },
    ];
  });
}

/** Function clock minus client clock, if one line explains all calls; a clock set meanwhile has none. */
export function offsetOf(calls: readonly TwoSided[]): ClockOffset | undefined {
  const sorted = calls.toSorted((a, b) => a.sent - b.sent);
  return clockOffset({
    sent: sorted.map(({ sent }) => sent),
    began: sorted.map(({ began }) => began),
    ended: sorted.map(({ ended }) => ended),
    received: sorted.map(({ received }) => received),
  });
}

/** The offset as an estimate; its interval is the range that the calls allow. */
export function offsetEstimate(offset: ClockOffset | undefined): Estimate {
  return offset === undefined
    ? { n: 0 }
    : { value: offset.offset, low: offset.low, high: offset.high, n: offset.n, level: 1 };
}

/** The offset at a client time. */
export function offsetAt({ offset, drift, origin }: ClockOffset, at: number): number {
  return offset + drift * (at - origin);
}
