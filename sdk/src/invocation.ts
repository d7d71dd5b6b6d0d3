import type { Moment } from './moment.ts';
import type { LambdaContext } from './lambda.ts';
import type { RawReading } from './captures.ts';
import type { Levels, Reading } from './readings.ts';
import type { Attributes } from './span.ts';
import type { InvocationTrace } from './invocation-trace.ts';
import type { InvocationContext } from './trace-context.ts';
import type { Trigger } from './trigger.ts';
import type { IoUsage } from './io-watch.ts';

/** A moment as it is taken down: on the monotonic clock, and what `Date.now()` said. */
export interface Tick {
  readonly nanos: bigint;
  readonly unixMs: number;
}

/** What is taken down when the handler is called. Raw: it becomes an `InvocationStart` after the response. */
export interface InvocationBegin {
  readonly name: string;
  readonly ordinal: number;
  readonly enteredNanos: bigint;
  /** `Date.now()` at the start. */
  readonly unixMs: number;
  readonly trace: InvocationTrace;
  readonly lambda: LambdaContext;
  readonly trigger: Trigger;
  /** What only the platform's adapter knows. */
  readonly attributes?: Attributes | undefined;
  readonly ageMs: number;
  /** End of the invocation before; undefined for the first. */
  readonly idleSince: Tick | undefined;
  readonly freezeMs: number | undefined;
  readonly concurrent: number;
  readonly raw: RawReading;
  readonly io: IoUsage;
  /** What Sandscope took before it called the handler. */
  readonly overheadNanos: bigint;
}

/** The beginning of an invocation. */
export interface InvocationStart extends InvocationBegin {
  readonly start: Moment;
  readonly traceId: string;
  readonly spanId: string;
  readonly context: InvocationContext;
  readonly bootTimeUnixMs: number | undefined;
  readonly idleMs: number | undefined;
  readonly before: Reading;
}

/** What is taken down when it ends. */
export interface InvocationEnd {
  readonly end: Moment;
  readonly after: Reading;
  readonly levels: Levels;
  readonly io: IoUsage;
  readonly overheadNanos: bigint;
  readonly failed: boolean;
  /** What was thrown, when `failed`. */
  readonly thrown: unknown;
  readonly attributes?: Attributes | undefined;
}

/** One call of a wrapped handler, from its start to its end. */
export interface Invocation {
  readonly requestId: string | undefined;
  /** Absent when the invocation is not sampled. */
  readonly recorded: InvocationBegin | undefined;
  /** What an adapter learnt after the start. */
  attributes?: Attributes | undefined;
  /** Others overlapped this one. */
  shared: boolean;
  ended: boolean;
}
