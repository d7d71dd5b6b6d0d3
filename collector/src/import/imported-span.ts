import { createHash } from 'node:crypto';

/** An attribute value; undefined is omitted. Whole numbers become integers, unless they are marked as doubles. */
export type Value = string | number | bigint | boolean | { readonly double: number } | undefined;
export type Attributes = Readonly<Record<string, Value>>;

/** The resource of spans. Use the same object for all spans of one, so that they share it in a request. */
export interface ImportedResource {
  readonly attributes: Attributes;
}

/** One imported span. */
export interface ImportedSpan {
  readonly resource: ImportedResource;
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  readonly parentSpanId?: string | undefined;
  readonly name: string;
  /** OTLP kinds: 1 INTERNAL, 2 SERVER, 3 CLIENT, 4 PRODUCER, 5 CONSUMER. */
  readonly kind: number;
  readonly startUnixNano: bigint;
  readonly endUnixNano: bigint;
  readonly attributes: Attributes;
  readonly hasFailed: boolean;
  readonly events?: readonly ImportedEvent[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
}

export interface ImportedEvent {
  readonly name: string;
  readonly timeUnixNano: bigint;
  readonly attributes: Attributes;
}

/**
 * Ids derived from the subject of a span, so that reading a file again gives the same span. The parts must identify the
 * subject; exclude anything that depends on options or on the kind of export.
 */
export function idsOf(...parts: readonly (string | number | bigint)[]): { traceId: string; spanId: string } {
  const digest = createHash('sha256').update(parts.join('\0')).digest('hex');
  return { traceId: digest.slice(0, 32), spanId: digest.slice(32, 48) };
}

/** A sandbox id derived from a file's name for the sandbox: 32 hex digits. */
export function sandboxIdOf(...parts: readonly string[]): string {
  return createHash('sha256')
    .update(`sandbox\0${parts.join('\0')}`)
    .digest('hex')
    .slice(0, 32);
}

export const KIND_INTERNAL = 1;
export const KIND_SERVER = 2;

const NANOS_A_MILLI = 1_000_000n;

/** Nanoseconds of milliseconds, whole nanoseconds. */
export function nanosOf(millis: number): bigint {
  const whole = Math.floor(millis);
  return BigInt(whole) * NANOS_A_MILLI + BigInt(Math.round((millis - whole) * 1e6));
}

/** A span in OTLP/JSON. */
export function spanJson(span: ImportedSpan): string {
  const { traceId, spanId, parentSpanId, name, kind, startUnixNano, endUnixNano, hasFailed } = span;
  return JSON.stringify({
    traceId,
    spanId,
    ...(parentSpanId !== undefined && { parentSpanId }),
    name,
    kind,
    startTimeUnixNano: String(startUnixNano),
    endTimeUnixNano: String(endUnixNano),
    attributes: attributesJson(span.attributes),
    ...(hasFailed && { status: { code: 2 } }),
    ...(span.events && {
      events: span.events.map((event) => ({
        name: event.name,
        timeUnixNano: String(event.timeUnixNano),
        attributes: attributesJson(event.attributes),
      })),
    }),
    ...(span.links && { links: span.links }),
  });
}

/** Attributes in OTLP/JSON. */
export function attributesJson(attributes: Attributes): object[] {
  return Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: valueJson(value) }],
  );
}

function valueJson(value: Exclude<Value, undefined>): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'object') return { doubleValue: value.double };
  return typeof value === 'bigint' || Number.isSafeInteger(value)
    ? { intValue: String(value) }
    : { doubleValue: value };
}
