import { CollectorError } from '../errors/errors.ts';

/** Limits of one span. A span beyond them is rejected by partial success; the others of its request are kept. */
export interface SpanLimits {
  /** Attributes of one span, event, link, scope or resource. Default 1024. */
  readonly maxAttributes: number;
  /** Events of one span, and links of one span. Default 1024. */
  readonly maxEvents: number;
  /** Any single text or value, in bytes of its text. Default 256 KiB. */
  readonly maxStringBytes: number;
  /** How deep lists and maps of one value nest; a scalar is 1. Default 32, at most 64. */
  readonly maxNesting: number;
  /** Treats an unknown kind or status as unspecified. Default: it rejects the span. */
  readonly takesUnknownEnums?: boolean;
}

export const DEFAULT_SPAN_LIMITS: SpanLimits = {
  maxAttributes: 1024,
  maxEvents: 1024,
  maxStringBytes: 256 * 1024,
  maxNesting: 32,
};

/** No limit may allow values that exhaust the stack. */
export const MAX_NESTING = 64;

/** Accepts every span that any limits accept. */
export const WIDEST_SPAN_LIMITS: SpanLimits = {
  maxAttributes: 1_000_000,
  maxEvents: 1_000_000,
  maxStringBytes: Number.MAX_SAFE_INTEGER,
  maxNesting: MAX_NESTING,
  takesUnknownEnums: true,
};

/**
 * Most resources, scopes and spans of one request together: empty ones cost two bytes to send and far more to process.
 */
export const MAX_PARTS = 250_000;

/** The error of a request with more of them. */
export function tooManyParts(): CollectorError {
  const message = `a request may hold ${MAX_PARTS} resources, scopes and spans together`;
  return new CollectorError('ERR_OTLP_TOO_LARGE', message, { statusCode: 413 });
}

/** Why a span cannot be kept, in words for its sender. */
export const FAULTS = {
  traceId: 'trace_id is not 16 bytes, or all of them are zero',
  spanId: 'span_id is not 8 bytes, or all of them are zero',
  parentSpanId: 'parent_span_id is neither empty nor 8 bytes',
  startTime: 'start_time_unix_nano is not a time before the year 2262',
  endTime: 'end_time_unix_nano is not a time',
  eventTime: 'time_unix_nano of an event is not a time before the year 2262',
  kind: 'a kind that OTLP does not define',
  status: 'a status code that OTLP does not define',
  span: 'a span that cannot be read',
  events: 'an event that cannot be read',
  links: 'a link that cannot be read',
  resource: 'a resource that cannot be read',
  resourceSpans: 'an element of resource_spans that cannot be read',
  scopeSpans: 'an element of scope_spans that cannot be read',
  link: 'a link has a trace_id that is not 16 bytes or a span_id that is not 8',
  attributes: (limits: SpanLimits): string => `more than ${limits.maxAttributes} attributes`,
  tooMany: (limits: SpanLimits): string => `more than ${limits.maxEvents} events or links`,
  string: (limits: SpanLimits): string => `a text or value longer than ${limits.maxStringBytes} bytes`,
  nesting: (limits: SpanLimits): string => `a value nested deeper than ${limits.maxNesting} levels`,
} as const;
