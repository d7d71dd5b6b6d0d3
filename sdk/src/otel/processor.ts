import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import type { HrTime, Span as ApiSpan } from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';
import * as semconv from '@sandscope/probes/semconv';
import { openCarrier } from '../index.ts';
import type { Begun, Span as OurSpan } from '../index.ts';
import type { Trigger } from '../events/trigger.ts';

type LiveSpan = ApiSpan & ReadableSpan;

/**
 * A span processor that adds Sandscope's attributes to the spans of other instrumentations: to every SERVER or CONSUMER
 * span whose parent is not in this process, which is an invocation. Existing attributes are not overwritten. The first
 * such span gets a child `sandscope.init`; `goodbye` makes the span of the end. It sends nothing: put it before the
 * processor that does.
 */
export class SandscopeSpanProcessor implements SpanProcessor {
  readonly #carrier = openCarrier();
  readonly #running = new WeakMap<object, Begun>();
  #left = false;

  onStart(span: LiveSpan): void {
    if (this.#carrier === undefined || !isInvocation(span)) return;
    const begun = this.#carrier.begin({ name: span.name, trigger: triggerOf(span) });
    if (begun !== undefined) this.#running.set(span, begun);
  }

  onEnding(span: LiveSpan): void {
    const begun = this.#running.get(span);
    if (begun === undefined || this.#carrier === undefined) return;
    this.#running.delete(span);
    const spans = this.#carrier.end(begun);
    const ours = spans.findLast(({ kind }) => kind !== OUR_INTERNAL);
    if (ours === undefined) return;
    for (const [name, value] of Object.entries({ ...ours.attributes, ...triggerAttribute(span) })) {
      if (value !== undefined && span.attributes[name] === undefined) {
        span.setAttribute(name, typeof value === 'object' ? Array.from(value) : value);
      }
    }
    for (const one of spans) if (one.kind === OUR_INTERNAL) emit(one, span);
  }

  onEnd(): void {
    // Everything was added while the span was ending.
  }

  async forceFlush(): Promise<void> {
    // Nothing is buffered here.
  }

  async shutdown(): Promise<void> {
    // The end of the provider is not the end of the sandbox.
  }

  /** The sandbox is asked to stop: makes the goodbye span, once. Flush the provider afterwards. */
  goodbye(reason: string): void {
    if (this.#left) return;
    this.#left = true;
    for (const span of this.#carrier?.goodbye(reason) ?? []) {
      if (span.kind === OUR_INTERNAL) emit(span);
    }
  }
}

const OUR_INTERNAL = 1;

function isInvocation({ kind, parentSpanContext }: LiveSpan): boolean {
  if (kind !== SpanKind.SERVER && kind !== SpanKind.CONSUMER) return false;
  return parentSpanContext === undefined || parentSpanContext.isRemote === true;
}

function triggerOf({ attributes, kind }: LiveSpan): Trigger {
  if (Object.keys(attributes).some((name) => name.startsWith('http.') || name.startsWith('url.')))
    return 'http';
  if (kind === SpanKind.CONSUMER || attributes['messaging.system'] !== undefined) return 'pubsub';
  return 'other';
}

/** More is known at the end than at the start. */
function triggerAttribute(span: LiveSpan): Record<string, string> {
  return { [semconv.ATTR_FAAS_TRIGGER]: triggerOf(span) };
}

/** A span of our own, through the global provider; no span if there is no provider. */
function emit(span: OurSpan, parent?: ApiSpan): void {
  const attributes = Object.fromEntries(
    Object.entries(span.attributes).filter(([, value]) => value !== undefined),
  ) as Record<string, string>;
  const made = trace
    .getTracer(semconv.SCOPE_NAME)
    .startSpan(
      span.name,
      { kind: SpanKind.INTERNAL, attributes, startTime: hrTime(span.start.unixNano) },
      parent ? trace.setSpan(ROOT_CONTEXT, parent) : ROOT_CONTEXT,
    );
  made.end(hrTime(span.end.unixNano));
}

function hrTime(unixNano: bigint): HrTime {
  return [Number(unixNano / 1_000_000_000n), Number(unixNano % 1_000_000_000n)];
}
