import type { AttributeType } from '../store/trace-row.ts';

/**
 * An OTLP AnyValue as both readers return it. A scalar carries its final text: `true`, decimal digits, the shortest
 * double that reads back equal, base64.
 */
export type AnyValue =
  | { readonly kind: 'string' | 'bool' | 'int' | 'double' | 'bytes' | 'empty'; readonly text: string }
  | { readonly kind: 'array'; readonly items: readonly AnyValue[] }
  | { readonly kind: 'kvlist'; readonly entries: readonly (readonly [string, AnyValue])[] };

export const EMPTY_VALUE: AnyValue = { kind: 'empty', text: '' };

/** A double as text: the shortest form that reads back equal; `NaN`, `Infinity`, `-Infinity`, `-0`. */
export function doubleText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

/** The text of a value as stored in the table. */
export function textOf(value: AnyValue): string {
  if (value.kind === 'array') {
    const kind = commonKind(value.items);
    if (kind === undefined) return innerJson(value);
    return `[${value.items.map((item) => plainJson(item)).join(',')}]`;
  }
  return value.kind === 'kvlist' ? innerJson(value) : value.text;
}

/** The type of a value as stored in the table; `undefined` for a string, which needs none. */
export function typeOf(value: AnyValue): AttributeType | undefined {
  if (value.kind === 'string') return undefined;
  if (value.kind !== 'array') return value.kind;
  const kind = commonKind(value.items);
  return kind === undefined ? 'array' : `${kind}[]`;
}

type ListKind = 'string' | 'bool' | 'int' | 'double';

/** An empty list reads back equal under any type. */
function commonKind(items: readonly AnyValue[]): ListKind | undefined {
  const kind = items[0]?.kind ?? 'string';
  if (kind !== 'string' && kind !== 'bool' && kind !== 'int' && kind !== 'double') return undefined;
  return items.every((item) => item.kind === kind) ? kind : undefined;
}

/** An item of a list of one scalar type: bare integers, doubles that JSON cannot write as strings. */
function plainJson(item: AnyValue): string {
  if (item.kind === 'array' || item.kind === 'kvlist') return innerJson(item);
  if (item.kind === 'string') return JSON.stringify(item.text);
  return item.kind === 'double' ? doubleJson(item.text) : item.text;
}

function doubleJson(text: string): string {
  return text === 'NaN' || text.endsWith('Infinity') ? `"${text}"` : text;
}

/** OTLP/JSON of the ArrayValue or KeyValueList message itself. */
function innerJson(value: AnyValue & { kind: 'array' | 'kvlist' }): string {
  const parts =
    value.kind === 'array'
      ? value.items.map((item) => anyValueJson(item))
      : value.entries.map(([key, item]) => `{"key":${JSON.stringify(key)},"value":${anyValueJson(item)}}`);
  return `{"values":[${parts.join(',')}]}`;
}

/** OTLP/JSON of an AnyValue: the same text for the same value in any encoding. */
export function anyValueJson(value: AnyValue): string {
  switch (value.kind) {
    case 'empty':
      return '{}';
    case 'string':
      return `{"stringValue":${JSON.stringify(value.text)}}`;
    case 'bool':
      return `{"boolValue":${value.text}}`;
    case 'int':
      return `{"intValue":"${value.text}"}`;
    case 'double':
      return `{"doubleValue":${doubleJson(value.text)}}`;
    case 'bytes':
      return `{"bytesValue":"${value.text}"}`;
    case 'array':
      return `{"arrayValue":${innerJson(value)}}`;
    default:
      return `{"kvlistValue":${innerJson(value)}}`;
  }
}
