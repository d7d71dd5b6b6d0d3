import type { RawReading } from '../readings/captures.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { InvocationBegin, InvocationEnd } from './invocation.ts';

/** An invocation that ended, with the readings taken before its response left. */
export interface Ended {
  readonly begun: InvocationBegin;
  readonly sandbox: Sandbox;
  end: Omit<InvocationEnd, 'end' | 'after' | 'levels'>;
  readonly endNanos: bigint;
  readonly usage: NodeJS.ResourceUsage | undefined;
  readonly shared: boolean;
  readonly exportMs: number | undefined;
  /** Start of the next invocation, if it began before the rest was read. */
  next: RawReading | undefined;
}

/** The invocations that ended since the last call. */
export interface Recorded {
  readonly ended: readonly Ended[];
  /** The counters at the time when all responses had left, if known. */
  readonly after: RawReading | undefined;
}
