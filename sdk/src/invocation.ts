import type { Moment } from './clock.ts';
import type { LambdaContext } from './lambda.ts';
import type { Levels, Reading } from './readings.ts';
import type { InvocationContext } from './trace-context.ts';
import type { Trigger } from './trigger.ts';
import type { HttpUsage } from './http-watch.ts';

/** What is taken down when the handler is called. Raw: it becomes attributes after the response. */
export interface InvocationStart {
  readonly name: string;
  readonly ordinal: number;
  readonly start: Moment;
  readonly traceId: string;
  readonly spanId: string;
  readonly context: InvocationContext;
  readonly lambda: LambdaContext;
  readonly trigger: Trigger;
  readonly ageMs: number;
  readonly idleMs: number | undefined;
  readonly freezeMs: number | undefined;
  readonly bootTimeUnixMs: number | undefined;
  readonly concurrent: number;
  readonly before: Reading;
  readonly http: HttpUsage;
  /** What Sandscope took before it called the handler. */
  readonly overheadNanos: bigint;
}

/** What is taken down when it ends. */
export interface InvocationEnd {
  readonly end: Moment;
  readonly after: Reading;
  readonly levels: Levels;
  readonly http: HttpUsage;
  readonly overheadNanos: bigint;
  readonly failed: boolean;
  /** What was thrown, when `failed`. */
  readonly thrown: unknown;
}

/** One call of a wrapped handler, from its start to its end. */
export interface Invocation {
  readonly requestId: string | undefined;
  /** Absent when the invocation is not sampled. */
  readonly recorded: InvocationStart | undefined;
  /** Others overlapped this one. */
  shared: boolean;
  ended: boolean;
}
