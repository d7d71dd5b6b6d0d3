import { CollectorError } from '../errors/errors.ts';
import { TraceBlock } from '../store/trace-block.ts';
import { JsonEncoder } from './encode-json.ts';
import { ProtoEncoder } from './encode-proto.ts';
import type { OtlpEncoding } from './encoding.ts';
import type { SpanLimits } from './limits.ts';
import { DEFAULT_SPAN_LIMITS } from './limits.ts';
import { IMPLAUSIBLE_TIMES, Remarks } from './remarks.ts';

/** Summary of a request. */
export interface TraceRequestSummary {
  /** Spans that can be kept. */
  readonly spans: number;
  /** Spans that cannot be kept. */
  readonly rejected: number;
  /** Why, and other remarks for the client; empty when everything was accepted unchanged. At most about 1 KiB. */
  readonly message: string;
  /** Kept spans with implausible times: they are excluded from statistics. Absent for none. */
  readonly implausible?: number;
}

/** A request encoded for the store. */
export interface EncodedRequest {
  readonly summary: TraceRequestSummary;
  /** Its rows, packed, in a separate buffer; undefined when they are larger than {@link MAX_WHOLE_BYTES}. */
  readonly rows: Buffer | undefined;
}

/** Most bytes that the rows of one request may take: every span repeats a large resource. */
export const MAX_EXPANDED_BYTES = 512 * 1024 * 1024;
/** A request whose rows are larger is encoded in parts on its way to the store and is never in memory as a whole. */
export const MAX_WHOLE_BYTES = 16 * 1024 * 1024;

const MAX_REASONS = 4;

/**
 * Encodes OTLP trace requests into rows of `otel_traces` in a {@link TraceBlock}. The same bytes always give the same
 * rows. One request at a time.
 *
 * ```ts
 * const encoder = new TraceEncoder();
 * const { summary, rows } = encoder.encodeRequest(body, 'protobuf');
 * ```
 */
export class TraceEncoder {
  readonly #json: JsonEncoder;
  readonly #proto: ProtoEncoder;
  readonly #out = new TraceBlock();

  constructor(limits: SpanLimits = DEFAULT_SPAN_LIMITS) {
    this.#json = new JsonEncoder(limits);
    this.#proto = new ProtoEncoder(limits);
  }

  /**
   * Appends rows to `out`, one span at a time, so that the caller can take them out in between. Yields for each span
   * the reason for leaving it out, or undefined. `remarks` collects losses and remarks about kept spans.
   *
   * @throws {CollectorError} `ERR_OTLP_DECODE`, possibly after some spans.
   */
  encode(
    body: Uint8Array,
    encoding: OtlpEncoding,
    out: TraceBlock,
    remarks: Remarks = new Remarks(),
  ): Generator<string | undefined> {
    return (encoding === 'protobuf' ? this.#proto : this.#json).encode(body, out, remarks);
  }

  /**
   * Encodes a whole request and counts its spans.
   *
   * @throws {CollectorError} `ERR_OTLP_DECODE` (400) when the bytes are not a trace request; `ERR_OTLP_TOO_LARGE` (413)
   *   when its rows would take more than 512 MiB.
   */
  encodeRequest(body: Uint8Array, encoding: OtlpEncoding): EncodedRequest {
    const reasons = new Remarks();
    const remarks = new Remarks();
    const out = this.#out;
    out.clear();
    let spans = 0;
    let rejected = 0;
    let earlierBytes = 0;
    for (const reason of this.encode(body, encoding, out, remarks)) {
      if (reason !== undefined) {
        rejected++;
        reasons.add(reason);
        continue;
      }
      spans++;
      const { byteLength } = out;
      if (byteLength <= MAX_WHOLE_BYTES) continue;
      earlierBytes += byteLength;
      out.clear();
      if (earlierBytes > MAX_EXPANDED_BYTES) throw expandsTooFar();
    }
    const message = [
      ...describe(reasons, (count) => (count === 1 ? '1 span' : `${count} spans`)),
      ...describe(remarks, (count) => `${count}×`),
    ].join('; ');
    const implausible = remarks.counts.get(IMPLAUSIBLE_TIMES);
    const rows = earlierBytes === 0 ? out.take() : undefined;
    if (rows === undefined) out.clear();
    return { summary: { spans, rejected, message, ...(implausible !== undefined && { implausible }) }, rows };
  }
}

/** The most frequent first, because the end may be cut off. */
function describe({ counts }: Remarks, inWords: (count: number) => string): string[] {
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, MAX_REASONS)
    .map(([reason, count]) => `${reason} (${inWords(count)})`);
}

function expandsTooFar(): CollectorError {
  return new CollectorError(
    'ERR_OTLP_TOO_LARGE',
    `the spans expand to more than ${MAX_EXPANDED_BYTES} bytes, counting resource and scope for each span`,
    { statusCode: 413 },
  );
}
