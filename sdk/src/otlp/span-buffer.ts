import { encodeSpan } from './otlp-json.ts';
import type { Span } from './span.ts';

/**
 * Finished, encoded spans that wait for the next export. Bounded by count and by size; when the buffer is full, the
 * oldest are dropped and counted.
 */
export class SpanBuffer {
  readonly #maxSpans: number;
  readonly #maxBytes: number;
  #spans: string[] = [];
  #bytes = 0;
  #dropped = 0;

  constructor(maxSpans: number, maxBytes: number) {
    this.#maxSpans = maxSpans;
    this.#maxBytes = maxBytes;
  }

  /** Spans waiting. */
  get size(): number {
    return this.#spans.length;
  }

  /** Bytes of the spans waiting. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Spans dropped so far. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Adds the newest span. */
  add(span: Span): void {
    this.push(encodeSpan(span));
  }

  /** The same for an encoded span. */
  push(span: string): void {
    this.#spans.push(span);
    this.#bytes += Buffer.byteLength(span);
    this.#shrink();
  }

  /** Takes out all spans, oldest first. */
  takeAll(): string[] {
    const spans = this.#spans;
    this.#spans = [];
    this.#bytes = 0;
    return spans;
  }

  /** Puts back spans that could not be sent; they are older than all that were added meanwhile. */
  putBack(spans: readonly string[]): void {
    this.#spans = [...spans, ...this.#spans];
    for (const span of spans) this.#bytes += Buffer.byteLength(span);
    this.#shrink();
  }

  /** Counts spans that were taken out and rejected for good. */
  countDropped(count: number): void {
    this.#dropped += count;
  }

  #shrink(): void {
    let excess = Math.max(0, this.#spans.length - this.#maxSpans);
    for (let i = 0; i < excess || this.#bytes > this.#maxBytes; i += 1) {
      this.#bytes -= Buffer.byteLength(this.#spans[i] ?? '');
      excess = Math.max(excess, i + 1);
    }
    if (excess === 0) return;
    this.#spans.splice(0, excess);
    this.#dropped += excess;
  }
}
