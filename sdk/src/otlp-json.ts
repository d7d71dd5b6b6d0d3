import {
  ATTR_ERROR_TYPE,
  ATTR_EXCEPTION_MESSAGE,
  ATTR_EXCEPTION_STACKTRACE,
  ATTR_EXCEPTION_TYPE,
  SCHEMA_URL,
  SCOPE_NAME,
} from '@sandscope/probes/semconv';
import type { Attributes, AttributeValue, Span } from './span.ts';
import { STATUS_ERROR } from './span.ts';
import { VERSION } from './version.ts';

// An attribute keeps its type whatever its value: durations and ratios are doubles even when they are whole.
const DOUBLE = /_(?:ms|ratio)$/;

interface KeyValue {
  key: string;
  value: Record<string, unknown>;
}

/** Attributes in OTLP's JSON form; absent ones and numbers that are not finite are left out. */
export function encodeAttributes(attributes: Attributes): KeyValue[] {
  const encoded: KeyValue[] = [];
  for (const [key, value] of Object.entries(attributes)) {
    const any = encodeValue(key, value);
    if (any !== undefined) encoded.push({ key, value: any });
  }
  return encoded;
}

/** One span as the text of an OTLP JSON object: ids in hex, 64-bit integers as strings. */
export function encodeSpan(span: Span): string {
  const { error, links } = span;
  const attributes =
    error === undefined ? span.attributes : { ...span.attributes, [ATTR_ERROR_TYPE]: error.type };
  return JSON.stringify({
    traceId: span.traceId,
    spanId: span.spanId,
    traceState: span.traceState,
    parentSpanId: span.parentSpanId,
    flags: span.flags,
    name: span.name,
    kind: span.kind,
    startTimeUnixNano: String(span.start.unixNano),
    endTimeUnixNano: String(span.end.unixNano),
    attributes: encodeAttributes(attributes),
    ...(error && {
      events: [
        {
          timeUnixNano: String(span.end.unixNano),
          name: 'exception',
          attributes: encodeAttributes({
            [ATTR_EXCEPTION_TYPE]: error.type,
            [ATTR_EXCEPTION_MESSAGE]: error.message,
            [ATTR_EXCEPTION_STACKTRACE]: error.stack,
          }),
        },
      ],
      status: { code: STATUS_ERROR, message: error.message },
    }),
    ...(links?.length && { links }),
  });
}

/** The body of one export: `resource` is what `encodeResource` gave, `spans` are texts of `encodeSpan`. */
export function encodeRequest(resource: string, spans: readonly string[]): string {
  const scope = JSON.stringify({ name: SCOPE_NAME, version: VERSION });
  const schema = JSON.stringify(SCHEMA_URL);
  return (
    `{"resourceSpans":[{"resource":${resource},"scopeSpans":[{"scope":${scope},"spans":[${spans.join(',')}],` +
    `"schemaUrl":${schema}}],"schemaUrl":${schema}}]}`
  );
}

/** A resource as the text of an OTLP JSON object. */
export function encodeResource(attributes: Attributes): string {
  return JSON.stringify({ attributes: encodeAttributes(attributes) });
}

function encodeValue(key: string, value: AttributeValue): Record<string, unknown> | undefined {
  switch (typeof value) {
    case 'string':
      return { stringValue: value.toWellFormed() };
    case 'boolean':
      return { boolValue: value };
    case 'number':
      if (!Number.isFinite(value)) return undefined;
      return DOUBLE.test(key) || !Number.isInteger(value)
        ? // Microseconds are the finest that is measured.
          { doubleValue: Math.round(value * 1e3) / 1e3 }
        : { intValue: String(value) };
    case 'object':
      if (value.length === 0) return undefined;
      return { arrayValue: { values: value.map((item) => ({ stringValue: item.toWellFormed() })) } };
    default:
      return undefined;
  }
}
