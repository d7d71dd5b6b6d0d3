import type { Source } from './sources.ts';

/**
 * What an event says of where it comes from, taken down before the handler may change it: texts and numbers as they
 * are there, and anything else that may be in their place. It is looked at after the response, by `describeEvent`.
 */
export interface RawEvent {
  /**
   * Who sent it: the event's own `eventSource` (`aws:sqs`), or a name in `sources.ts` for events that have none.
   * Undefined when the event is of no kind that is known.
   */
  readonly source: string | undefined;
  /** What an adapter knows of the source, where `sources.ts` does not. */
  readonly known?: Source;
  /** The event is a bare list of records, as EventBridge Pipes gives it. */
  readonly piped: boolean;
  /** Time of the event, where its records have none of their own. */
  readonly time: unknown;
  /** ARN or name of the queue, stream, table or topic; type of an event of a bus. */
  readonly from: unknown;
  /** Number of records, as far as it was told. */
  readonly count: number | undefined;
  /** The first records, 32 at most. */
  readonly records: readonly RawRecord[];
}

/** The same of one record or message. */
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
  /** What was done, where the record is of a change of data. */
  readonly operation: unknown;
  /** Topic, bucket or database. */
  readonly name: unknown;
}

/** How many records are looked at. */
export const MAX_RECORDS = 32;
