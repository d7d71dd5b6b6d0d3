/** Spans in OTLP/JSON. */
import type { Attributes, Value } from './machine.ts';

function valueOf(value: Value): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value !== 'number') return { arrayValue: { values: value.map(valueOf) } };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

export const listOf = (values: Attributes): object[] =>
  Object.entries(values).map(([key, value]) => ({ key, value: valueOf(value) }));

/** @param kind numbered as in OTLP: 1 internal, 2 server, 3 client */
export function spanOf(
  name: string,
  kind: number,
  traceId: string,
  spanId: string,
  parentSpanId: string | undefined,
  startMs: number,
  durationMs: number,
  attributes: Attributes,
  failed: boolean,
): object {
  const nanos = (ms: number): string => String(Math.round(ms * 1000)) + '000';
  return {
    traceId,
    spanId,
    ...(parentSpanId !== undefined && { parentSpanId }),
    name,
    kind,
    startTimeUnixNano: nanos(startMs),
    endTimeUnixNano: nanos(startMs + durationMs),
    attributes: listOf(attributes),
    status: failed ? { code: 2, message: 'upstream timed out' } : {},
  };
}
