import type { RawReading } from '../readings/captures.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { InvocationBegin, InvocationEnd } from './invocation.ts';

/** An invocation that ended, with what was taken down before its response left. */
export interface Ended {
  readonly begun: InvocationBegin;
  readonly sandbox: Sandbox;
  end: Omit<InvocationEnd, 'end' | 'after' | 'levels'>;
  readonly endNanos: bigint;
  readonly usage: NodeJS.ResourceUsage | undefined;
  readonly shared: boolean;
  readonly exportMs: number | undefined;
  /** Start of an invocation that began before the rest was read. */
  next: RawReading | undefined;
}

/** What became of the invocations since it was asked for last. */
export interface Recorded {
  readonly ended: readonly Ended[];
  /** The counters when the responses of all of them had left, where that is so. */
  readonly after: RawReading | undefined;
}
