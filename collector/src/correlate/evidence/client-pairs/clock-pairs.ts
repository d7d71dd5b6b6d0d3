import { clockEpochs } from '../../../statistics/index.ts';
import type { ClockOffset } from '../../../statistics/index.ts';
import { groupBy } from '../../lifelines.ts';
import type { ClientPair } from './client-pairs.ts';

/** A period in which two clocks ran at a constant offset and drift. */
export interface PairedEpoch {
  readonly client: string;
  readonly kernel: string;
  /** In the order of sending. */
  readonly pairs: readonly ClientPair[];
  /** Function clock minus client clock; absent if the calls do not bound it from both sides. */
  readonly offset: ClockOffset | undefined;
}

/** Clocks are often read in truncated milliseconds, so one of two timestamps may be this much too early. */
const RESOLUTION_MS = 1;

/**
 * The epochs of each pair of clocks: a new epoch begins where no constant rate explains the calls. Calls whose client or
 * kernel is not known may be of any number of clocks, so they bound no offset.
 */
export function pairedEpochs(pairs: readonly ClientPair[]): PairedEpoch[] {
  return [...groupBy(pairs, ({ client, kernel }) => `${client}\n${kernel}`).values()].flatMap((unsorted) => {
    const own = unsorted.toSorted((a, b) => a.sentMs - b.sentMs);
    const [{ client, kernel }] = own as [ClientPair];
    if (client === '' || kernel === '') return [{ client, kernel, pairs: own, offset: undefined }];
    const epochs = clockEpochs({
      sent: own.map(({ sentMs }) => sentMs - RESOLUTION_MS),
      began: own.map(({ beganMs }) => beganMs),
      ended: own.map(({ endedMs }) => endedMs),
      received: own.map(({ receivedMs }) => (receivedMs === undefined ? NaN : receivedMs + RESOLUTION_MS)),
    });
    return epochs.map(({ from, to, offset }) => ({ client, kernel, pairs: own.slice(from, to), offset }));
  });
}
