import type { RawEvent } from '../events/raw-event.ts';
import type { Trigger } from '../events/trigger.ts';
import type { Attributes } from '../otlp/span.ts';
import type { TraceHeaders } from '../trace/trace-headers.ts';

/** What an adapter read from its platform's request. Unknown facts are left out. */
export interface InvocationFacts {
  /** Name of the function, if only the request contains it. */
  readonly name?: string | undefined;
  readonly invocationId?: string | undefined;
  /** Set if the event does not tell. */
  readonly trigger?: Trigger | undefined;
  /** Source and time of the event, for platforms with their own event shapes. */
  readonly event?: RawEvent | undefined;
  /** Headers that may name the trace; any letter case. */
  readonly headers?: unknown;
  /** The trace, if it is not only in headers. */
  readonly traceHeaders?: TraceHeaders | undefined;
  /** The runtime takes a result in a later turn of the event loop than the one in which it is returned. */
  readonly answersLate?: boolean;
  /** More attributes of the span. */
  readonly attributes?: Attributes | undefined;
  /** The same, but read when the span is made: after the response where the platform allows. */
  readonly later?: (() => Attributes) | undefined;
}
