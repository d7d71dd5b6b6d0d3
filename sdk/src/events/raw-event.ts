import type { Source } from './sources.ts';

/**
 * An event's facts about its origin, recorded before the handler may change the event. Values are not checked: there
 * may be anything in place of strings and numbers. `describeEvent` interprets it after the response.
 */
export interface RawEvent {
  /**
   * The sender: the event's own `eventSource` (`aws:sqs`), or a name in `sources.ts` for events without one.
   * Undefined for an event of an unknown kind.
   */
  readonly source: string | undefined;
  /** The adapter's knowledge about a source that `sources.ts` does not list. */
  readonly known?: Source;
  /** The event is a bare array of records, as EventBridge Pipes sends it. */
  readonly piped: boolean;
  /** Time of the event, if its records have none of their own. */
  readonly time: unknown;
  /** ARN or name of the queue, stream, table or topic; type of an event of a bus. */
  readonly from: unknown;
  /** Number of records, as far as known. */
  readonly count: number | undefined;
  /** The first records, 32 at most. */
  readonly records: readonly RawRecord[];
}

/** The same for one record or message. */
export interface RawRecord {
  /** W3C fields: texts, texts in base64, or arrays of bytes. */
  readonly traceparent: unknown;
  readonly tracestate: unknown;
  /** X-Ray's field. */
  readonly xray: unknown;
  /** JSON that may hold the W3C fields, as a text or in base64. */
  readonly carrier: unknown;
  /** The message, as a text or in base64. */
  readonly body: unknown;
  readonly time: unknown;
  /** The operation, if the record describes a change of data. */
  readonly operation: unknown;
  /** Topic, bucket or database. */
  readonly name: unknown;
}

/** How many records are read at most. */
export const MAX_RECORDS = 32;
