import {
  ATTR_ERROR_TYPE,
  ATTR_EXCEPTION_MESSAGE,
  ATTR_EXCEPTION_STACKTRACE,
  ATTR_EXCEPTION_TYPE,
  SCHEMA_URL,
  SCOPE_NAME,
} from '@sandscope/probes/semconv';
import type { Attributes, AttributeValue, Span, SpanError, SpanEvent } from './span.ts';
import { STATUS_ERROR } from './span.ts';
import { VERSION } from '../config/version.ts';

// An attribute keeps its type whatever its value: durations and ratios are doubles even if they are whole numbers.
const DOUBLE = /_(?:ms|ratio)$/;

/** Per attribute name: the text before the value, whether its numbers are doubles, the latest value and its text. */
interface Name {
  readonly prefix: string;
  readonly double: boolean;
  value: AttributeValue;
  text: string | undefined;
}

// Names come from this package and from the configuration: a few dozen that repeat.
const names = new Map<string, Name>();

/** Attributes as the text of OTLP's JSON form, an array; absent ones and numbers that are not finite are left out. */
export function encodeAttributes(attributes: Attributes): string {
  let text = '';
  for (const key in attributes) {
    const value = attributes[key];
    if (value === undefined) continue;
    const name = names.get(key) ?? learn(key);
    // Half of an invocation's values equal those of the previous one.
    if (value !== name.value) {
      const any = encodeValue(value, name.double);
      name.text = any === undefined ? undefined : `${name.prefix}${any}}}`;
      name.value = value;
    }
    if (name.text !== undefined) text += `${text === '' ? '' : ','}${name.text}`;
  }
  return `[${text}]`;
}

function learn(key: string): Name {
  const name: Name = {
    prefix: `{"key":${JSON.stringify(key)},"value":{`,
    double: DOUBLE.test(key),
    value: undefined,
    text: undefined,
  };
  names.set(key, name);
  return name;
}

/**
 * One span as the text of an OTLP JSON object: ids in hex, 64-bit integers as strings. Built by hand, which takes half
 * as long as building an object for `JSON.stringify`.
 */
export function encodeSpan(span: Span): string {
  const { error, events = [], links, droppedLinks } = span;
  const attributes =
    error === undefined ? span.attributes : { ...span.attributes, [ATTR_ERROR_TYPE]: error.type };
  let text =
    `{"traceId":"${span.traceId}","spanId":"${span.spanId}","flags":${span.flags},"kind":${span.kind},` +
    `"name":${quote(span.name)},"startTimeUnixNano":"${span.start.unixNano}",` +
    `"endTimeUnixNano":"${span.end.unixNano}","attributes":${encodeAttributes(attributes)}`;
  if (span.parentSpanId !== undefined) text += `,"parentSpanId":"${span.parentSpanId}"`;
  if (span.traceState !== undefined) text += `,"traceState":${quote(span.traceState)}`;
  if (error !== undefined) text += `,"status":{"code":${STATUS_ERROR},"message":${quote(error.message)}}`;
  const encoded = events.map(encodeEvent);
  if (error !== undefined && !error.withoutEvent) encoded.push(encodeException(error, span.end.unixNano));
  if (encoded.length > 0) text += `,"events":[${encoded.join(',')}]`;
  if (links?.length) text += `,"links":${JSON.stringify(links)}`;
  if (droppedLinks) text += `,"droppedLinksCount":${droppedLinks}`;
  return `${text}}`;
}

function encodeException({ type, message, stack }: SpanError, unixNano: bigint): string {
  const attributes = {
    [ATTR_EXCEPTION_TYPE]: type,
    [ATTR_EXCEPTION_MESSAGE]: message,
    [ATTR_EXCEPTION_STACKTRACE]: stack,
  };
  return encodeEvent({ name: 'exception', unixNano, attributes });
}

function encodeEvent({ name, unixNano, attributes }: SpanEvent): string {
  return `{"timeUnixNano":"${unixNano}","name":${quote(name)},"attributes":${encodeAttributes(attributes)}}`;
}

/** The body of one export: `resource` comes from `encodeResource`, `spans` from `encodeSpan`. */
export function encodeRequest(resource: string, spans: readonly string[]): string {
  return (
    `{"resourceSpans":[{"resource":${resource},"scopeSpans":[{"scope":{"name":"${SCOPE_NAME}","version":"${VERSION}"},` +
    `"spans":[${spans.join(',')}],"schemaUrl":"${SCHEMA_URL}"}],"schemaUrl":"${SCHEMA_URL}"}]}`
  );
}

/** A resource as the text of an OTLP JSON object. */
export function encodeResource(attributes: Attributes): string {
  return `{"attributes":${encodeAttributes(attributes)}}`;
}

function encodeValue(value: NonNullable<AttributeValue>, double: boolean): string | undefined {
  switch (typeof value) {
    case 'string':
      return `"stringValue":${quote(value)}`;
    case 'boolean':
      return `"boolValue":${value}`;
    case 'number':
      if (!Number.isFinite(value)) return undefined;
      // Microseconds are the finest resolution that is measured.
      return double || !Number.isSafeInteger(value)
        ? `"doubleValue":${Math.round(value * 1e3) / 1e3}`
        : `"intValue":"${value}"`;
    default:
      return encodeTexts(value);
  }
}

/** A value read from the system at run time may have another type than declared. */
function encodeTexts(value: unknown): string | undefined {
  if (!Array.isArray(value)) return undefined;
  const items = value.filter((item) => typeof item === 'string');
  if (items.length === 0) return undefined;
  return `"arrayValue":{"values":[${items.map((item) => `{"stringValue":${quote(item)}}`).join(',')}]}`;
}

function quote(text: string): string {
  return JSON.stringify(text.toWellFormed());
}
