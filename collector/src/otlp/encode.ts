import { CollectorError } from '../errors.ts';
import { TraceBlock } from '../store/trace-block.ts';
import { JsonEncoder } from './encode-json.ts';
import { ProtoEncoder } from './encode-proto.ts';
import type { OtlpEncoding } from './encoding.ts';
import type { SpanLimits } from './limits.ts';
import { DEFAULT_SPAN_LIMITS } from './limits.ts';
import { IMPLAUSIBLE_TIMES, Remarks } from './remarks.ts';

/** What a request holds. */
export interface TraceRequestSummary {
  /** Spans that can be kept. */
  readonly spans: number;
  /** Spans that cannot. */
  readonly rejected: number;
  /** Why, and what else the client should know; empty when all was taken as it is. At most about 1 KiB. */
  readonly message: string;
  /** Of the spans that are kept, those whose times cannot be: they are in no statistics. Absent for none. */
  readonly implausible?: number;
}

/** A request made ready for the store. */
export interface EncodedRequest {
  readonly summary: TraceRequestSummary;
  /** Its rows, packed, owned by nobody else; undefined when they are larger than {@link MAX_WHOLE_BYTES}. */
  readonly rows: Buffer | undefined;
}

/** Rows of one request may take this much together: a large resource is repeated by every span. */
export const MAX_EXPANDED_BYTES = 512 * 1024 * 1024;
/** A request whose rows are larger is encoded in pieces on its way to the store and is never in memory as a whole. */
export const MAX_WHOLE_BYTES = 16 * 1024 * 1024;

const MAX_REASONS = 4;

/**
 * OTLP trace requests to rows of `otel_traces` in a {@link TraceBlock}. The same bytes give the same rows every time. One request at a time.
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
   * Appends rows to `out`, one span at a time, so that the caller can take them away in between. Yields for each span
   * why it was left out, or undefined. What is lost or told of spans that are kept is in `remarks`.
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
   * Encodes a whole request and counts.
   *
   * @throws {CollectorError} `ERR_OTLP_DECODE` (400) when the bytes are no trace request; `ERR_OTLP_TOO_LARGE` (413)
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

/** The most frequent first, for what comes last may be cut off. */
function describe({ counts }: Remarks, inWords: (count: number) => string): string[] {
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, MAX_REASONS)
    .map(([reason, count]) => `${reason} (${inWords(count)})`);
}

function expandsTooFar(): CollectorError {
  return new CollectorError(
    'ERR_OTLP_TOO_LARGE',
    `the spans expand to more than ${MAX_EXPANDED_BYTES} bytes, resource and scope counted with each`,
    { statusCode: 413 },
  );
}
