import type { AttributeType, AttributeTypes } from '../store/index.ts';

/** A value with its type, in the format of API version 1. */
export interface Tag {
  readonly key: string;
  readonly type: 'string' | 'bool' | 'int64' | 'float64' | 'binary';
  readonly value: string | number | boolean;
}

export const textTag = (key: string, value: string): Tag => ({ key, type: 'string', value });

/** Stored attributes as tags: lists and maps become the text of their JSON. */
export function tagsOf(attributes: Readonly<Record<string, string>>, types: AttributeTypes = {}): Tag[] {
  return Object.entries(attributes).map(([key, text]) =>
    tagOf(key, text, Object.hasOwn(types, key) ? types[key] : undefined),
  );
}

function tagOf(key: string, text: string, type: AttributeType | undefined): Tag {
  switch (type) {
    case 'bool':
      return { key, type: 'bool', value: text === 'true' };
    case 'int':
      return { key, type: 'int64', value: Number.isSafeInteger(Number(text)) ? Number(text) : text };
    case 'double':
      // JSON has no numbers for these.
      return { key, type: 'float64', value: Number.isFinite(Number(text)) ? Number(text) : text };
    case 'bytes':
      return { key, type: 'binary', value: text };
    case 'array':
    case 'kvlist':
      return textTag(key, plainJson(type, text));
    default:
      return textTag(key, text);
  }
}

/** The part of an OTLP/JSON AnyValue that is read here. */
interface AnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string;
  readonly doubleValue?: number | string;
  readonly bytesValue?: string;
  readonly arrayValue?: { readonly values: readonly AnyValue[] };
  readonly kvlistValue?: { readonly values: readonly { readonly key: string; readonly value: AnyValue }[] };
}

/** `{"values":[{"intValue":"1"},{"stringValue":"a"}]}` is `[1,"a"]`. */
function plainJson(type: 'array' | 'kvlist', text: string): string {
  try {
    const value = JSON.parse(text) as never;
    return plain(type === 'array' ? { arrayValue: value } : { kvlistValue: value });
  } catch {
    return text;
  }
}

function plain(value: AnyValue): string {
  if (value.intValue !== undefined) return value.intValue;
  if (value.arrayValue) return `[${value.arrayValue.values.map(plain).join(',')}]`;
  if (value.kvlistValue) {
    const entries = value.kvlistValue.values.map(({ key, value: inner }) => [key, plain(inner)] as const);
    const sorted = [...new Map(entries)].sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${sorted.map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(',')}}`;
  }
  return JSON.stringify(
    value.stringValue ?? value.boolValue ?? value.doubleValue ?? value.bytesValue ?? null,
  );
}
