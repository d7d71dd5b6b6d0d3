import type { StoredSpan } from './read-spans.ts';
import type { AttributeTypes } from './trace-row.ts';

type Attributes = Readonly<Record<string, string>>;

const KINDS = ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer'];
const STATUS_CODES = ['Unset', 'Ok', 'Error'];

/**
 * OTLP/JSON of stored spans, grouped by resource and scope. It is written as text, so that numbers keep the digits they
 * arrived with. Values that a standard OpenTelemetry Collector stored without their types are strings.
 */
export function toOtlpJson(spans: readonly StoredSpan[]): string {
  const resources = new Map<string, Map<string, string[]>>();
  for (const span of spans) {
    const attributes = attributesJson(span.ResourceAttributes, span.ResourceAttributeTypes);
    const resource = `"resource":{"attributes":${attributes}}${field('schemaUrl', span.ResourceSchemaUrl)}`;
    const scope =
      `"scope":{"name":${JSON.stringify(span.ScopeName)}${field('version', span.ScopeVersion)}` +
      `,"attributes":${attributesJson(span.ScopeAttributes, span.ScopeAttributeTypes)}}` +
      field('schemaUrl', span.ScopeSchemaUrl);
    const scopes = resources.get(resource) ?? new Map<string, string[]>();
    resources.set(resource, scopes);
    const list = scopes.get(scope) ?? [];
    scopes.set(scope, list);
    list.push(spanJson(span));
  }
  const groups = [...resources].map(([resource, scopes]) => {
    const inner = [...scopes].map(([scope, list]) => `{${scope},"spans":[${list.join(',')}]}`);
    return `{${resource},"scopeSpans":[${inner.join(',')}]}`;
  });
  return `{"resourceSpans":[${groups.join(',')}]}`;
}

function spanJson(span: StoredSpan): string {
  const events = span.event_ns.map(
    (time, at) =>
      `{"timeUnixNano":"${time}","name":${JSON.stringify(span.event_names[at] ?? '')}` +
      `,"attributes":${attributesJson(span.event_attributes[at] ?? {}, span.EventAttributeTypes[at] ?? {})}` +
      `${count('droppedAttributesCount', span.EventDroppedAttributesCounts[at] ?? 0)}}`,
  );
  const links = span.link_trace_ids.map(
    (traceId, at) =>
      `{"traceId":${JSON.stringify(traceId)},"spanId":${JSON.stringify(span.link_span_ids[at] ?? '')}` +
      field('traceState', span.link_states[at] ?? '') +
      `,"attributes":${attributesJson(span.link_attributes[at] ?? {}, span.LinkAttributeTypes[at] ?? {})}` +
      count('droppedAttributesCount', span.LinkDroppedAttributesCounts[at] ?? 0) +
      `${count('flags', span.LinkFlags[at] ?? 0)}}`,
  );
  const statusCode = Math.max(0, STATUS_CODES.indexOf(word(span.StatusCode, 'STATUS_CODE_')));
  return (
    `{"traceId":${JSON.stringify(span.TraceId)},"spanId":${JSON.stringify(span.SpanId)}` +
    field('parentSpanId', span.ParentSpanId) +
    field('traceState', span.TraceState) +
    `,"name":${JSON.stringify(span.SpanName)}` +
    `,"kind":${Math.max(0, KINDS.indexOf(word(span.SpanKind, 'SPAN_KIND_')))}` +
    `,"startTimeUnixNano":"${span.start_ns}","endTimeUnixNano":"${span.end_ns}"` +
    `,"attributes":${attributesJson(span.SpanAttributes, span.SpanAttributeTypes)}` +
    `,"events":[${events.join(',')}],"links":[${links.join(',')}]` +
    `,"status":{"code":${statusCode}${field('message', span.StatusMessage)}}` +
    count('flags', span.Flags) +
    count('droppedAttributesCount', span.DroppedAttributesCount) +
    count('droppedEventsCount', span.DroppedEventsCount) +
    count('droppedLinksCount', span.DroppedLinksCount) +
    '}'
  );
}

/** Older exporters write `SPAN_KIND_SERVER` for `Server`. */
function word(text: string, prefix: string): string {
  if (!text.startsWith(prefix)) return text;
  const rest = text.slice(prefix.length).toLowerCase();
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}

function attributesJson(attributes: Attributes, types: AttributeTypes): string {
  const parts = Object.entries(attributes).map(
    ([key, text]) => `{"key":${JSON.stringify(key)},"value":${valueJson(text, own(types, key))}}`,
  );
  return `[${parts.join(',')}]`;
}

function own(types: AttributeTypes, key: string): string | undefined {
  return Object.hasOwn(types, key) ? types[key] : undefined;
}

const ITEM_FIELDS: Readonly<Record<string, string>> = {
  'string[]': 'stringValue',
  'bool[]': 'boolValue',
  'int[]': 'intValue',
  'double[]': 'doubleValue',
};

function valueJson(text: string, type: string | undefined): string {
  switch (type) {
    case 'bool':
      return `{"boolValue":${text === 'true'}}`;
    case 'int':
      return `{"intValue":${JSON.stringify(text)}}`;
    case 'double':
      return `{"doubleValue":${doubleJson(text)}}`;
    case 'bytes':
      return `{"bytesValue":${JSON.stringify(text)}}`;
    case 'empty':
      return '{}';
    case 'array':
      return isJson(text) ? `{"arrayValue":${text}}` : stringJson(text);
    case 'kvlist':
      return isJson(text) ? `{"kvlistValue":${text}}` : stringJson(text);
    case 'string[]':
    case 'bool[]':
    case 'int[]':
    case 'double[]':
      return listJson(text, ITEM_FIELDS[type] ?? 'stringValue');
    default:
      return stringJson(text);
  }
}

/** A list stores its items as JSON; the digits of each number are taken from that text, not from the parsed value. */
function listJson(text: string, name: string): string {
  if (!isJson(text)) return stringJson(text);
  const items = name === 'stringValue' ? (JSON.parse(text) as unknown[]).map(String) : bareItems(text);
  const values = items.map((item) => {
    if (name === 'stringValue' || name === 'intValue') return `{"${name}":${JSON.stringify(item)}}`;
    return name === 'doubleValue'
      ? `{"doubleValue":${doubleJson(item)}}`
      : `{"boolValue":${item === 'true'}}`;
  });
  return `{"arrayValue":{"values":[${values.join(',')}]}}`;
}

function bareItems(list: string): string[] {
  const inner = list.trim().slice(1, -1).trim();
  return inner === '' ? [] : inner.split(',').map((item) => item.trim().replaceAll('"', ''));
}

function doubleJson(text: string): string {
  return /^-?\d/.test(text) ? text : JSON.stringify(text);
}

function stringJson(text: string): string {
  return `{"stringValue":${JSON.stringify(text)}}`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function field(name: string, text: string): string {
  return text === '' ? '' : `,"${name}":${JSON.stringify(text)}`;
}

function count(name: string, value: number): string {
  return value === 0 ? '' : `,"${name}":${value}`;
}
