import type { Moment } from '../clock/moment.ts';

/** The values that OTLP can carry and Sandscope uses. Undefined means absent. */
export type AttributeValue = string | number | boolean | readonly string[] | undefined;
export type Attributes = Record<string, AttributeValue>;

/** Span kinds by their OTLP numbers. */
export const KIND_INTERNAL = 1;
export const KIND_SERVER = 2;
export const KIND_CLIENT = 3;

/** Status codes by their OTLP numbers. */
export const STATUS_ERROR = 2;

// Bits 8 and 9 of the OTLP span flags: whether the parent is in another process is known, and it is.
const PARENT_KNOWN = 0x100;
const PARENT_REMOTE = 0x200;

/** Span flags: the W3C trace flags in the low byte, and that the parent is local or remote. */
export function spanFlags(traceFlags: number, remoteParent: boolean): number {
  return (traceFlags & 0xff) | PARENT_KNOWN | (remoteParent ? PARENT_REMOTE : 0);
}

/** A reference to another span. */
export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly flags?: number;
  readonly traceState?: string;
}

/** One finished span as it is handed to the exporter. */
export interface Span {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly flags: number;
  readonly name: string;
  readonly kind: number;
  readonly start: Moment;
  readonly end: Moment;
  readonly attributes: Attributes;
  readonly links?: readonly SpanLink[];
  /** Number of links dropped for lack of room. */
  readonly droppedLinks?: number;
  readonly events?: readonly SpanEvent[];
  readonly error?: SpanError;
}

/** Something that happened during a span. */
export interface SpanEvent {
  readonly name: string;
  readonly unixNano: bigint;
  readonly attributes: Attributes;
}

/** Becomes status code 2, `error.type` and an `exception` event. */
export interface SpanError {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
  /** True if nothing was thrown: there is then no `exception` event. */
  readonly withoutEvent?: true;
}
