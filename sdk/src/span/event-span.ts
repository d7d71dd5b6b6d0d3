import type { Moment } from '../clock/moment.ts';
import { randomHex } from '../trace/random-id.ts';
import type { Attributes, Span } from '../otlp/span.ts';
import { KIND_INTERNAL, spanFlags } from '../otlp/span.ts';

/** A span without duration, in a trace of its own. */
export function eventSpan(name: string, moment: Moment, attributes: Attributes): Span {
  return {
    traceId: randomHex(16),
    spanId: randomHex(8),
    flags: spanFlags(1, false),
    name,
    kind: KIND_INTERNAL,
    start: moment,
    end: moment,
    attributes,
  };
}
