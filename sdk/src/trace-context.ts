import type { SpanLink } from './span.ts';
import { readTraceHeaders } from './trace-headers.ts';
import type { TraceHeaders } from './trace-headers.ts';

/** Where a span hangs. */
export interface RemoteParent {
  readonly traceId: string;
  /** Absent when only the trace is known: the span is then that trace's root as far as we see. */
  readonly spanId?: string;
  /** W3C trace flags; bit 0 is "sampled". */
  readonly flags: number;
  readonly traceState?: string;
}

/** The parent of an invocation and what it is linked with besides. */
export interface InvocationContext {
  readonly parent?: RemoteParent;
  readonly links: readonly SpanLink[];
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const MAX_TRACESTATE = 512;

/** As `parseTraceHeaders` of `readTraceHeaders`. Never throws. */
export function readTraceContext(event: unknown, xrayEnv: string | undefined): InvocationContext {
  return parseTraceHeaders(readTraceHeaders(event, xrayEnv));
}

/**
 * The trace an invocation belongs to: W3C headers of the event, else X-Ray's header there, else X-Ray's environment
 * variable. With W3C and X-Ray both present W3C is the parent and X-Ray becomes a link.
 */
export function parseTraceHeaders({ headers, xrayEnv }: TraceHeaders): InvocationContext {
  const w3c = parseTraceparent(headers.get('traceparent'), headers.get('tracestate'));
  const xray = parseXray(headers.get('x-amzn-trace-id')) ?? parseXray(xrayEnv);
  if (w3c === undefined) return { ...(xray && { parent: xray }), links: [] };
  const { traceId, spanId, flags } = xray ?? {};
  return {
    parent: w3c,
    links: traceId !== undefined && spanId !== undefined ? [{ traceId, spanId, flags: flags ?? 0 }] : [],
  };
}

/** `traceparent` as in W3C Trace Context level 1; a higher version may carry more fields. Undefined when invalid. */
export function parseTraceparent(header: string | undefined, traceState?: string): RemoteParent | undefined {
  const match = TRACEPARENT.exec(header?.trim() ?? '');
  const [, version, traceId = '', spanId = '', flags = '', rest] = match ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && rest !== undefined)) return undefined;
  if (isZero(traceId) || isZero(spanId)) return undefined;
  return {
    traceId,
    spanId,
    flags: Number.parseInt(flags, 16),
    ...(traceState && traceState.length <= MAX_TRACESTATE && { traceState }),
  };
}

/**
 * `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1` as a trace id (the root without its
 * dashes and version), a span id and flags. Undefined without a valid root.
 */
export function parseXray(header: string | undefined): RemoteParent | undefined {
  if (!header || header.length > 1024) return undefined;
  const fields = new Map<string, string>();
  for (const part of header.split(';')) {
    const equals = part.indexOf('=');
    if (equals > 0) fields.set(part.slice(0, equals).trim().toLowerCase(), part.slice(equals + 1).trim());
  }
  const root = /^1-([0-9a-f]{8})-([0-9a-f]{24})$/i.exec(fields.get('root') ?? '');
  const traceId = root ? `${root[1]}${root[2]}`.toLowerCase() : '';
  if (traceId === '' || isZero(traceId)) return undefined;
  const parent = fields.get('parent')?.toLowerCase() ?? '';
  const hasParent = /^[0-9a-f]{16}$/.test(parent) && !isZero(parent);
  return { traceId, ...(hasParent && { spanId: parent }), flags: fields.get('sampled') === '1' ? 1 : 0 };
}

function isZero(hex: string): boolean {
  return /^0+$/.test(hex);
}
