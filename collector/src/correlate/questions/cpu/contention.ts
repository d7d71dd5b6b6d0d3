import { stratifiedAssociation } from '../../../statistics/index.ts';
import type { SandboxSlot } from './evidence.ts';
import { SLOT_SECONDS } from './evidence.ts';

/** What may take the CPU away from a call. */
export const SIGNALS = ['throttling', 'neighbours', 'steal', 'pressure'] as const;
export type Signal = (typeof SIGNALS)[number];

/** Whether calls are slower where a signal is stronger. */
export interface SignalTest {
  readonly signal: Signal;
  /** Slots in which it was told. */
  readonly n: number;
  /** Mean of it: shares of time, or neighbours that are busy at a time. */
  readonly mean: number;
  /** Of no association; absent where it did not vary. */
  readonly p?: number;
  readonly z?: number;
}

/** Units that are needed for a test. */
export const NEEDED_SLOTS = 30;
/** Slots within so long are compared with each other, of one sandbox alone: what drifts is slower. */
const STRATUM_SLOTS = 3_600 / SLOT_SECONDS;

/** Busy own sandboxes on the same host at a time, by `sandbox slot`; nothing where the host is not known. */
export type Neighbours = ReadonlyMap<string, number>;

/**
 * Mean number of other own sandboxes that hold a call on the same host, slot by slot.
 *
 * @param slots of all functions
 * @param hostOf undefined where the host is not known well enough
 */
export function neighboursOf<Slot extends Pick<SandboxSlot, 'environment' | 'slot' | 'busyMs'>>(
  slots: readonly Slot[],
  hostOf: (slot: Slot) => string | undefined,
): Neighbours {
  const busy = new Map<string, number>();
  for (const slot of slots) {
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
 * Tests each signal on one deployment: slots of one sandbox and hour against each other. What is stretched is time by CPU time
 * where that is told, so that a call with more work is not taken for a slow one; else time.
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
