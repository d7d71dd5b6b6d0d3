import { clockEpochs } from '../../../statistics/index.ts';
import type { ClockOffset } from '../../../statistics/index.ts';
import { groupBy } from '../../lifelines.ts';
import type { ClientPair } from './client-pairs.ts';

/** A stretch of time in which two clocks ran evenly. */
export interface PairedEpoch {
  readonly client: string;
  readonly kernel: string;
  /** In the order in which they were sent. */
  readonly pairs: readonly ClientPair[];
  /** Function clock less client clock; absent where the calls do not bound it from both sides. */
  readonly offset: ClockOffset | undefined;
}

/** Clocks are often read in whole milliseconds, cut, so that of two stamps one may be so much too early. */
const RESOLUTION_MS = 1;

/** The epochs of each pair of clocks: a new one begins where no even running explains the calls. */
export function pairedEpochs(pairs: readonly ClientPair[]): PairedEpoch[] {
  return [...groupBy(pairs, ({ client, kernel }) => `${client}\n${kernel}`).values()].flatMap((unsorted) => {
    const own = unsorted.toSorted((a, b) => a.sentMs - b.sentMs);
    const [{ client, kernel }] = own as [ClientPair];
    const epochs = clockEpochs({
      sent: own.map(({ sentMs }) => sentMs - RESOLUTION_MS),
      began: own.map(({ beganMs }) => beganMs),
      ended: own.map(({ endedMs }) => endedMs),
      received: own.map(({ receivedMs }) => (receivedMs === undefined ? NaN : receivedMs + RESOLUTION_MS)),
    });
    return epochs.map(({ from, to, offset }) => ({ client, kernel, pairs: own.slice(from, to), offset }));
  });
}
