/** A canonical form of OTLP/JSON, so that sent data can be compared with returned data. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

interface KeyValue {
  key: string;
  value: unknown;
}

/** The part of an OTLP/JSON request or answer that holds spans. */
export interface Spans {
  resourceSpans: {
    resource?: Json;
    scopeSpans: { scope?: Json; spans: { traceId: string; spanId: string; name: string }[] }[];
  }[];
}

/**
 * Normalises key order, explicit defaults, and integers as numbers or strings. Attribute lists become sorted by key,
 * since their order carries no meaning.
 */
export function normal(value: Json, key = ''): Json {
  if (Array.isArray(value)) {
    const items = value.map((item) => normal(item));
    return key === 'attributes'
      ? ((items as unknown as KeyValue[]).sort((a, b) => (a.key < b.key ? -1 : 1)) as unknown as Json)
      : items;
  }
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value)
      .map(
        ([name, field]) =>
          [
            name,
            name === 'intValue' ? JSON.stringify(field).replaceAll('"', '') : normal(field, name),
          ] as const,
      )
      .filter(([name, field]) => isValue(name) || !isDefault(field));
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  }
  return value;
}

/** An attribute with the value 0 differs from one without a value. */
const isValue = (name: string): boolean => name.length > 5 && name.endsWith('Value');

function isDefault(field: Json): boolean {
  if (field === null || field === 0 || field === '') return true;
  if (Array.isArray(field)) return field.length === 0;
  return typeof field === 'object' && Object.keys(field).length === 0;
}

/** Every span with its resource and scope, sorted: how spans are grouped carries no meaning. */
export function flat({ resourceSpans }: Spans): Json[] {
  return resourceSpans
    .flatMap(({ resource = {}, scopeSpans }) =>
      scopeSpans.flatMap(({ scope = {}, spans }) => spans.map((span) => normal({ resource, scope, span }))),
    )
    .sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
}

/** Ids of the traces in it. */
export function traceIds({ resourceSpans }: Spans): string[] {
  const spans = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
  return [...new Set(spans.map(({ traceId }) => traceId))];
}
