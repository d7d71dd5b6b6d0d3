import { CollectorError } from '../errors.ts';
import { decodeError } from './decode-error.ts';
import { decodeJson } from './decode-json.ts';
import { decodeProto } from './decode-proto.ts';
import type { OtlpEncoding } from './encoding.ts';
import type { DecodedSpan } from './span-row.ts';

/** What a request holds. */
export interface TraceRequestSummary {
  /** Spans that can be kept. */
  readonly spans: number;
  /** Spans that cannot. */
  readonly rejected: number;
  /** Why, for the client; empty when none was rejected. At most about 1 KiB. */
  readonly message: string;
}

/** Rows of one request may take this much together: a large resource is repeated by every span. */
export const MAX_EXPANDED_BYTES = 512 * 1024 * 1024;

const MAX_REASONS = 4;

/**
 * The spans of an OTLP trace request, decoded one at a time, so that a large request never stands in memory as rows
 * all at once. The same bytes give the same sequence every time.
 *
 * @throws {CollectorError} `ERR_OTLP_DECODE`, possibly after some spans.
 */
export function decodeTraces(body: Uint8Array, encoding: OtlpEncoding): Generator<DecodedSpan> {
  return encoding === 'protobuf' ? decodeProto(body) : decodeJson(body);
}

/**
 * Reads a request to its end and counts. Nothing of it is kept.
 *
 * @throws {CollectorError} `ERR_OTLP_DECODE` (400) when the bytes are no trace request or not one of its spans can
 *   be kept; `ERR_OTLP_TOO_LARGE` (413) when its rows would take more than 512 MiB.
 */
export function summarizeTraces(body: Uint8Array, encoding: OtlpEncoding): TraceRequestSummary {
  const reasons = new Map<string, number>();
  let spans = 0;
  let rejected = 0;
  let expandedBytes = 0;
  for (const span of decodeTraces(body, encoding)) {
    if (span.row === undefined) {
      rejected++;
      reasons.set(span.reason, (reasons.get(span.reason) ?? 0) + 1);
      continue;
    }
    spans++;
    expandedBytes += span.sizeBytes;
    if (expandedBytes > MAX_EXPANDED_BYTES) {
      throw new CollectorError(
        'ERR_OTLP_TOO_LARGE',
        `the spans expand to more than ${MAX_EXPANDED_BYTES} bytes, resource and scope counted with each`,
        { statusCode: 413 },
      );
    }
  }
  const message = describe(reasons);
  if (rejected > 0 && spans === 0) throw decodeError(`none of the ${rejected} spans can be kept: ${message}`);
  return { spans, rejected, message };
}

function describe(reasons: ReadonlyMap<string, number>): string {
  return [...reasons]
    .slice(0, MAX_REASONS)
    .map(([reason, count]) => `${reason} (${count} ${count === 1 ? 'span' : 'spans'})`)
    .join('; ');
}
