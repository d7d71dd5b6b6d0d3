import type { RawEvent } from '../events/raw-event.ts';
import type { RawReading } from '../readings/captures.ts';
import type { InvocationTrace } from './invocation-trace.ts';
import type { IoUsage } from '../io/io-watch.ts';
import type { IoOperation } from '../io/operations.ts';
import type { Moment, Tick } from '../clock/moment.ts';
import type { Ended } from './ended.ts';
import type { Levels, Reading } from '../readings/readings.ts';
import type { Attributes } from '../otlp/span.ts';
import type { Ticket } from '../sandbox/thread-ledger.ts';
import type { InvocationContext } from '../trace/trace-context.ts';
import type { Trigger } from '../events/trigger.ts';

/** Recorded before the handler is called. Raw: it becomes an `InvocationStart` after the response. */
export interface InvocationBegin {
  readonly name: string;
  readonly ordinal: number;
  /** When the wrapper was entered. */
  readonly entered: Tick;
  /** When the handler was called. */
  started: Tick;
  readonly trace: InvocationTrace;
  readonly invocationId: string | undefined;
  /** The event as the platform's adapter describes it; otherwise the event itself is read. */
  readonly trigger: Trigger | undefined;
  readonly event: RawEvent | undefined;
  /** Facts that only the platform's adapter knows. */
  readonly attributes: Attributes | undefined;
  /** The same, but read when the span is made. */
  readonly later: (() => Attributes) | undefined;
  /** NaN if the process's age is unknown. */
  readonly ageMs: number;
  /** End of the previous invocation; undefined for the first. */
  readonly idleSince: Tick | undefined;
  readonly freezeMs: number | undefined;
  readonly concurrent: number;
  /** Id of the thread that ran it, unless it is the main thread. */
  readonly threadId: number | undefined;
  /** The process had sent its shutdown span, and is called again. */
  readonly withdraws: boolean;
  readonly raw: RawReading | undefined;
  readonly io: IoUsage | undefined;
}

/** The beginning of an invocation. */
export interface InvocationStart extends Omit<InvocationBegin, 'raw'> {
  readonly start: Moment;
  readonly traceId: string;
  readonly spanId: string;
  readonly context: InvocationContext;
  readonly bootTimeUnixMs: number | undefined;
  readonly idleMs: number | undefined;
  readonly before: Reading | undefined;
}

/** Recorded when the invocation ends. */
export interface InvocationEnd {
  readonly end: Moment;
  readonly after: Reading | undefined;
  readonly levels: Levels | undefined;
  readonly io: IoUsage | undefined;
  /** The slowest outgoing operations. */
  readonly operations: readonly IoOperation[];
  /** Sandscope's own time before the handler was called and after it was done, before the response. */
  readonly overheadNanos: bigint;
  readonly failed: boolean;
  /** What was thrown, if `failed`. */
  readonly thrown: unknown;
  readonly attributes: Attributes | undefined;
}

/** How an invocation ended: undefined means success; an object carries what was thrown. */
export type Outcome = { readonly thrown: unknown } | undefined;

/** One call of a wrapped handler, from its start to its end. */
export interface Invocation {
  readonly requestId: string | undefined;
  readonly trace: InvocationTrace;
  /** Absent if the invocation is not sampled. */
  readonly recorded: InvocationBegin | undefined;
  /** Attributes that an adapter added after the start. */
  attributes?: Attributes | undefined;
  /** If several threads run invocations: its place among all of them. */
  readonly ticket: Ticket | undefined;
  /** Other invocations overlapped this one. */
  shared: boolean;
  /** The runtime takes the answer in a later turn of the event loop. */
  readonly answersLate: boolean;
  /** When the handler was done. */
  stop?: { readonly nanos: bigint; readonly usage: NodeJS.ResourceUsage | undefined } | undefined;
  ended: boolean;
  /** The end record, if the invocation is recorded. */
  taken?: Ended;
}
