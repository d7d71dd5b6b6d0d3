import { stratifiedAssociation } from '../../../statistics/index.ts';
import type { BusySlot, SandboxSlot } from './evidence.ts';
import { SLOT_SECONDS } from './evidence.ts';

/** Possible reasons why a call loses the CPU. */
export const SIGNALS = ['throttling', 'neighbours', 'steal', 'pressure'] as const;
export type Signal = (typeof SIGNALS)[number];

/** Whether calls are slower when a signal is stronger. */
export interface SignalTest {
  readonly signal: Signal;
  /** Slots with this signal. */
  readonly n: number;
  /** Its mean: shares of time, or number of busy neighbours. */
  readonly mean: number;
  /** For no association; absent if the signal did not vary. */
  readonly p?: number;
  readonly z?: number;
}

/** Number of units required for a test. */
export const NEEDED_SLOTS = 30;
/** Slots within this period are compared with each other, for one sandbox at a time: drift is slower. */
const STRATUM_SLOTS = 3_600 / SLOT_SECONDS;

/** Number of own busy sandboxes on the same host at a time, by `sandbox slot`; missing if the host is unknown. */
export type Neighbours = ReadonlyMap<string, number>;

/**
 * Mean number of other own sandboxes that hold a call on the same host, slot by slot.
 *
 * @param slots of those asked about
 * @param all sandboxes of all functions: a neighbour takes the CPU whether anybody asks about it or not
 * @param hostOf undefined if the host is not known with sufficient confidence
 */
export function neighboursOf(
  slots: readonly BusySlot[],
  all: readonly BusySlot[],
  hostOf: (slot: BusySlot) => string | undefined,
): Neighbours {
  const busy = new Map<string, number>();
  for (const slot of all) {
    const host = hostOf(slot);
    if (host === undefined) continue;
    const key = `${host} ${slot.slot}`;
    busy.set(key, (busy.get(key) ?? 0) + slot.busyMs);
  }
  const neighbours = new Map<string, number>();
  for (const slot of slots) {
    const host = hostOf(slot);
    if (host === undefined) continue;
    const others = (busy.get(`${host} ${slot.slot}`) ?? 0) - slot.busyMs;
    neighbours.set(`${slot.environment} ${slot.slot}`, Math.max(0, others) / (SLOT_SECONDS * 1000));
  }
  return neighbours;
}

/**
 * Tests each signal on one deployment by comparing slots of one sandbox and hour. The measure is time divided by CPU
 * time, if CPU time is reported, so that a call with more work does not count as slow; else time.
 */
export function testSignals(slots: readonly SandboxSlot[], neighbours: Neighbours): SignalTest[] {
  const strata = new Map<string, number>();
  const stratumOf = ({ environment, memoryMb, slot }: SandboxSlot): number => {
    const key = `${environment} ${memoryMb} ${Math.floor(slot / STRATUM_SLOTS)}`;
    const known = strata.get(key);
    if (known !== undefined) return known;
    strata.set(key, strata.size);
    return strata.size - 1;
  };
  const told: Record<Signal, (slot: SandboxSlot) => number | undefined> = {
    throttling: ({ throttled }) => throttled,
    neighbours: ({ environment, slot }) => neighbours.get(`${environment} ${slot}`),
    steal: ({ steal }) => steal,
    pressure: ({ pressure }) => pressure,
  };
  return SIGNALS.flatMap((signal) => {
    const own = slots.filter((slot) => told[signal](slot) !== undefined);
    if (own.length === 0) return [];
    const values = own.map((slot) => told[signal](slot)!);
    const mean = values.reduce((sum, value) => sum + value, 0) / own.length;
    const tested =
      own.length < NEEDED_SLOTS
        ? undefined
        : stratifiedAssociation(
            values,
            own.map(({ logStretch, logWall }) => logStretch ?? logWall),
            own.map(stratumOf),
            { isClustered: true },
          );
    return [{ signal, n: own.length, mean, ...(tested && { p: tested.p, z: tested.z }) }];
  });
}
