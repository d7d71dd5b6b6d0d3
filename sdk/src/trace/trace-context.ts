import type { SpanLink } from '../otlp/span.ts';
import type { TraceHeaders } from './trace-headers.ts';
import { parseTraceState, trimSpace } from './trace-state.ts';

/** The parent of a span. */
export interface RemoteParent {
  readonly traceId: string;
  /** Absent if only the trace is known: the span is then that trace's root as far as we see. */
  readonly spanId?: string;
  /** W3C trace flags; bit 0 is "sampled". */
  readonly flags: number;
  readonly traceState?: string;
}

/** The parent of an invocation, and its other links. */
export interface InvocationContext {
  readonly parent?: RemoteParent;
  readonly links: readonly SpanLink[];
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const MAX_TRACEPARENT = 512;

/**
 * The trace that an invocation belongs to: from the event's W3C headers, or its X-Ray header, or X-Ray's environment
 * variable, in this order. If both W3C and X-Ray are present, W3C is the parent and X-Ray becomes a link.
 */
export function parseTraceHeaders({ headers, xrayEnv }: TraceHeaders): InvocationContext {
  const w3c = parseTraceparent(headers.traceparent, headers.tracestate);
  const xray = parseXray(headers.xray?.[0]) ?? parseXray(xrayEnv);
  if (w3c === undefined) return { ...(xray && { parent: xray }), links: [] };
  const link = linkTo(xray);
  return { parent: w3c, links: link === undefined ? [] : [link] };
}

/** A link to a span in another process; undefined if only its trace is known. */
export function linkTo(remote: RemoteParent | undefined): SpanLink | undefined {
  if (remote?.spanId === undefined) return undefined;
  const { traceId, spanId, flags, traceState } = remote;
  return { traceId, spanId, flags, ...(traceState !== undefined && { traceState }) };
}

/**
 * `traceparent` as in W3C Trace Context level 2; a higher version may have more fields. Undefined if invalid, which
 * includes a field in more than one line.
 */
export function parseTraceparent(
  lines: string | readonly string[] | undefined,
  traceState?: readonly string[],
): RemoteParent | undefined {
  const [header = '', second] = typeof lines === 'string' ? [lines] : (lines ?? []);
  if (second !== undefined || header.length > MAX_TRACEPARENT) return undefined;
  const match = TRACEPARENT.exec(trimSpace(header));
  const [, version, traceId = '', spanId = '', flags = '', rest] = match ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && rest !== undefined)) return undefined;
  if (isZero(traceId) || isZero(spanId)) return undefined;
  const state = parseTraceState(traceState);
  return {
    traceId,
    spanId,
    flags: Number.parseInt(flags, 16),
    ...(state !== undefined && { traceState: state }),
  };
}

/**
 * `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1` as a trace id (the root without its
 * dashes and version), a span id and flags. Undefined without a valid root.
 */
export function parseXray(header: string | undefined): RemoteParent | undefined {
  if (!header || header.length > 1024) return undefined;
  const fields = new Map<string, string>();
  // If the field came in two lines that were joined, the first counts.
  for (const part of (header.split(',', 1)[0] ?? '').split(';')) {
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
