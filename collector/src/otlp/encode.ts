import { CollectorError } from '../errors.ts';
import { TraceBlock } from '../store/trace-block.ts';
import { decodeError } from './decode-error.ts';
import { JsonEncoder } from './encode-json.ts';
import { ProtoEncoder } from './encode-proto.ts';
import type { OtlpEncoding } from './encoding.ts';
import type { SpanLimits } from './limits.ts';
import { DEFAULT_SPAN_LIMITS } from './limits.ts';

/** What a request holds. */
export interface TraceRequestSummary {
  /** Spans that can be kept. */
  readonly spans: number;
  /** Spans that cannot. */
  readonly rejected: number;
  /** Why, for the client; empty when none was rejected. At most about 1 KiB. */
  readonly message: string;
}

/** A request made ready for the store. */
export interface EncodedRequest {
  readonly summary: TraceRequestSummary;
  /** Its rows, packed, owned by nobody else; undefined when they are larger than {@link MAX_WHOLE_BYTES}. */
  readonly rows: Buffer | undefined;
}

/** Rows of one request may take this much together: a large resource is repeated by every span. */
export const MAX_EXPANDED_BYTES = 512 * 1024 * 1024;
/** A request whose rows are larger is encoded in pieces on its way to the store and never stands in memory whole. */
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
   * why it was left out, or undefined.
   *
   * @throws {CollectorError} `ERR_OTLP_DECODE`, possibly after some spans.
   */
  encode(body: Uint8Array, encoding: OtlpEncoding, out: TraceBlock): Generator<string | undefined> {
    return (encoding === 'protobuf' ? this.#proto : this.#json).encode(body, out);
  }

  /**
   * Encodes a whole request and counts.
   *
   * @throws {CollectorError} `ERR_OTLP_DECODE` (400) when the bytes are no trace request or not one of its spans can
   *   be kept; `ERR_OTLP_TOO_LARGE` (413) when its rows would take more than 512 MiB.
   */
  encodeRequest(body: Uint8Array, encoding: OtlpEncoding): EncodedRequest {
    const reasons = new Map<string, number>();
    const out = this.#out;
    out.clear();
    let spans = 0;
    let rejected = 0;
    let earlierBytes = 0;
    for (const reason of this.encode(body, encoding, out)) {
      if (reason !== undefined) {
        rejected++;
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
        continue;
      }
      spans++;
      const { byteLength } = out;
      if (byteLength <= MAX_WHOLE_BYTES) continue;
      earlierBytes += byteLength;
      out.clear();
      if (earlierBytes > MAX_EXPANDED_BYTES) throw expandsTooFar();
    }
    const message = describe(reasons);
    if (rejected > 0 && spans === 0)
      throw decodeError(`none of the ${rejected} spans can be kept: ${message}`);
    const rows = earlierBytes === 0 ? out.take() : undefined;
    if (rows === undefined) out.clear();
    return { summary: { spans, rejected, message }, rows };
  }
}

function describe(reasons: ReadonlyMap<string, number>): string {
  return [...reasons]
    .slice(0, MAX_REASONS)
    .map(([reason, count]) => `${reason} (${count} ${count === 1 ? 'span' : 'spans'})`)
    .join('; ');
}

function expandsTooFar(): CollectorError {
  return new CollectorError(
    'ERR_OTLP_TOO_LARGE',
    `the spans expand to more than ${MAX_EXPANDED_BYTES} bytes, resource and scope counted with each`,
    { statusCode: 413 },
  );
}
