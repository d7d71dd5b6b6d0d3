import { randomHex } from '../trace/random-id.ts';
import type { InvocationContext } from '../trace/trace-context.ts';
import type { TraceHeaders } from '../trace/trace-headers.ts';

/** Derives the context of an invocation from its headers. */
export type ParseTraceHeaders = (headers: TraceHeaders) => InvocationContext;

/**
 * The trace that an invocation belongs to and the id of its span, computed from the start record when first needed:
 * after the response, unless the sampling decision depends on it.
 */
export class InvocationTrace {
  readonly #headers: TraceHeaders;
  readonly #parse: ParseTraceHeaders;
  #context: InvocationContext | undefined;
  #traceId: string | undefined;
  #spanId: string | undefined;

  /** @param parse `parseTraceHeaders`, which is compiled at its first call */
  constructor(headers: TraceHeaders, parse: ParseTraceHeaders) {
    this.#headers = headers;
    this.#parse = parse;
  }

  get context(): InvocationContext {
    this.#context ??= this.#parse(this.#headers);
    return this.#context;
  }

  /** 32 hex digits: the parent's trace id, or a random one. */
  get traceId(): string {
    this.#traceId ??= this.context.parent?.traceId ?? randomHex(16);
    return this.#traceId;
  }

  /** 16 hex digits. */
  get spanId(): string {
    this.#spanId ??= randomHex(8);
    return this.#spanId;
  }
}
