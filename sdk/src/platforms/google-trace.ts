import { parseTraceparent } from '../trace/trace-context.ts';
import { header, incomingTraceHeaders } from './request-facts.ts';

/**
 * The trace headers of a request; without a valid `traceparent`, Google's own `X-Cloud-Trace-Context`
 * (`TRACE_ID/SPAN_ID;o=1`, the span id as a decimal number) is used instead.
 */
export function googleParent(headers: unknown): Record<string, string | readonly string[] | undefined> {
  const found = incomingTraceHeaders(headers);
  if (parseTraceparent(found['traceparent'])) return found;
  const match = /^([0-9a-f]{32})\/(\d{1,20})(?:;o=(\d))?$/i.exec(
    header(headers, 'x-cloud-trace-context') ?? '',
  );
  if (!match) return found;
  const [, traceId = '', spanId = '', sampled] = match;
  const hex = BigInt(spanId).toString(16).padStart(16, '0');
  if (hex.length > 16) return found;
  return { traceparent: `00-${traceId.toLowerCase()}-${hex}-0${sampled === '1' ? 1 : 0}` };
}
