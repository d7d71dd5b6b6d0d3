import type { AnyValue } from './any-value.ts';
import { doubleText, EMPTY_VALUE } from './any-value.ts';
import { AttributeBag, isLonger } from './attributes.ts';
import type { JsonObject } from './json-fields.ts';
import {
  doubleOf,
  enumField,
  fieldOf,
  int64Of,
  listField,
  objectField,
  objectOf,
  stringField,
  uint32Field,
  unixNanoField,
} from './json-fields.ts';
import type { SpanLimits } from './limits.ts';
import { FAULTS, MAX_PARTS, tooManyParts } from './limits.ts';
import type { RawEvent, RawLink } from './json-span.ts';
import { RawSpan } from './json-span.ts';
import { LOST } from './remarks.ts';
import { KIND_NAMES, STATUS_NAMES } from './span-names.ts';

/** Reads parts of a span. A value beyond a limit rejects the bag of attributes it belongs to. */
export class JsonReader {
  readonly #limits: SpanLimits;
  #partCount = 0;

  constructor(limits: SpanLimits) {
    this.#limits = limits;
  }

  countPart(): void {
    if (++this.#partCount > MAX_PARTS) throw tooManyParts();
  }

  span(item: unknown): RawSpan {
    this.countPart();
    const object = objectOf(item) ?? {};
    const bag = this.attributesOf(object);
    const span = new RawSpan(bag);
    if (object !== item) bag.reject(FAULTS.span);
    span.traceId = hexField(object, 'traceId');
    span.spanId = hexField(object, 'spanId');
    span.parentSpanId = hexField(object, 'parentSpanId');
    span.traceState = this.text(object, 'traceState', bag);
    span.name = this.text(object, 'name', bag);
    const kind = enumField(object, 'kind', 'SPAN_KIND_', KIND_NAMES);
    if (kind === undefined && !this.#limits.takesUnknownEnums) bag.reject(FAULTS.kind);
    span.kind = kind ?? 0;
    span.startUnixNano = unixNanoField(object, 'startTimeUnixNano');
    span.endUnixNano = unixNanoField(object, 'endTimeUnixNano');
    span.events = this.#parts(object, 'events', bag, (event, part) => this.#event(event, part));
    span.links = this.#parts(object, 'links', bag, (link, part) => this.#link(link, part));
    this.#status(span, object, bag);
    span.flags = this.#uint32(object, 'flags', bag);
    span.droppedAttributesCount = this.#uint32(object, 'droppedAttributesCount', bag);
    span.droppedEventsCount = this.#uint32(object, 'droppedEventsCount', bag);
    span.droppedLinksCount = this.#uint32(object, 'droppedLinksCount', bag);
    span.fault = bag.fault;
    return span;
  }

  #status(span: RawSpan, object: JsonObject, bag: AttributeBag): void {
    const status = objectField(object, 'status');
    const code = status && enumField(status, 'code', 'STATUS_CODE_', STATUS_NAMES);
    if (code === undefined && !this.#limits.takesUnknownEnums) bag.reject(FAULTS.status);
    span.statusCode = code ?? 0;
    span.statusMessage = this.text(status ?? {}, 'message', bag);
  }

  attributesOf(owner: JsonObject): AttributeBag {
    const bag = new AttributeBag(this.#limits);
    const items = listField(owner, 'attributes');
    if (items === undefined) bag.lose('attributes');
    for (const item of items ?? []) {
      const entry = this.#keyValue(item, this.#limits.maxNesting, bag);
      if (entry !== undefined) bag.set(...entry);
    }
    return bag;
  }

  /** Text; empty when absent or invalid. */
  text(object: JsonObject, name: string, bag: AttributeBag): string {
    const text = stringField(object, name);
    if (text === undefined) bag.lose(name);
    else if (isLonger(text, this.#limits)) bag.reject(FAULTS.string(this.#limits));
    return text ?? '';
  }

  #uint32(object: JsonObject, name: string, bag: AttributeBag): number {
    const count = uint32Field(object, name);
    if (count === undefined) bag.lose(name);
    return count ?? 0;
  }

  #parts<T extends { attributes: AttributeBag }>(
    object: JsonObject,
    name: 'events' | 'links',
    bag: AttributeBag,
    read: (object: JsonObject, bag: AttributeBag) => T,
  ): T[] {
    const items = listField(object, name);
    const readable = items?.map((item) => objectOf(item)).filter((item) => item !== undefined) ?? [];
    if (readable.length !== items?.length) bag.reject(FAULTS[name]);
    else if (items.length > this.#limits.maxEvents) bag.reject(FAULTS.tooMany(this.#limits));
    const parts = readable.slice(0, this.#limits.maxEvents).map((part) => read(part, bag));
    for (const { attributes } of parts) {
      if (attributes.fault !== undefined) bag.reject(attributes.fault);
      bag.remark ??= attributes.remark;
    }
    return parts;
  }

  #event(object: JsonObject, bag: AttributeBag): RawEvent {
    return {
      timeUnixNano: unixNanoField(object, 'timeUnixNano'),
      name: this.text(object, 'name', bag),
      attributes: this.attributesOf(object),
      droppedAttributesCount: this.#uint32(object, 'droppedAttributesCount', bag),
    };
  }

  #link(object: JsonObject, bag: AttributeBag): RawLink {
    return {
      // An id that is not hex has no usable length; the span is then rejected because of its link.
      traceId: hexField(object, 'traceId') ?? '',
      spanId: hexField(object, 'spanId') ?? '',
      traceState: this.text(object, 'traceState', bag),
      attributes: this.attributesOf(object),
      droppedAttributesCount: this.#uint32(object, 'droppedAttributesCount', bag),
      flags: this.#uint32(object, 'flags', bag),
    };
  }

  /** Undefined for an entry without a readable key. */
  #keyValue(item: unknown, depth: number, bag: AttributeBag): [string, AnyValue] | undefined {
    const object = objectOf(item);
    const key = object && stringField(object, 'key');
    if (object === undefined || key === undefined) {
      bag.lose(LOST.attribute);
      return undefined;
    }
    return [key, this.#item(fieldOf(object, 'value'), depth, bag)];
  }

  /** `depth` is the number of allowed levels, including this one. */
  #value(object: JsonObject, depth: number, bag: AttributeBag): AnyValue {
    if (depth <= 0) {
      bag.reject(FAULTS.nesting(this.#limits));
      return EMPTY_VALUE;
    }
    for (const name of Object.keys(object)) {
      if (fieldOf(object, name) === undefined || !VALUE_FIELDS.has(name)) continue;
      const value = this.#valueOf(object, name, depth, bag);
      if (value === undefined) bag.lose(LOST.value);
      return value ?? EMPTY_VALUE;
    }
    return EMPTY_VALUE;
  }

  /** The value in this field of an AnyValue; undefined when invalid. */
  #valueOf(object: JsonObject, name: string, depth: number, bag: AttributeBag): AnyValue | undefined {
    const value = fieldOf(object, name);
    switch (name) {
      case 'stringValue':
        return scalar('string', stringField(object, name));
      case 'boolValue':
        return scalar('bool', typeof value === 'boolean' ? String(value) : undefined);
      case 'intValue':
        return scalar('int', int64Of(value)?.toString());
      case 'doubleValue': {
        const double = doubleOf(value);
        return scalar('double', double === undefined ? undefined : doubleText(double));
      }
      case 'bytesValue':
        return scalar('bytes', base64Of(value));
      default: {
        const list = objectOf(value);
        const items = list && listField(list, 'values');
        if (items === undefined) return undefined;
        if (name === 'arrayValue')
          return { kind: 'array', items: items.map((item) => this.#item(item, depth - 1, bag)) };
        const entries = items.map((item) => this.#keyValue(item, depth - 1, bag));
        return { kind: 'kvlist', entries: entries.filter((entry) => entry !== undefined) };
      }
    }
  }

  /** The AnyValue of an attribute or list; an absent one is empty. */
  #item(item: unknown, depth: number, bag: AttributeBag): AnyValue {
    const object = objectOf(item ?? {});
    if (object === undefined) bag.lose(LOST.value);
    return object === undefined || item === undefined || item === null
      ? EMPTY_VALUE
      : this.#value(object, depth, bag);
  }
}

const VALUE_FIELDS = new Set([
  'stringValue',
  'boolValue',
  'intValue',
  'doubleValue',
  'arrayValue',
  'kvlistValue',
  'bytesValue',
]);

function scalar(kind: 'string' | 'bool' | 'int' | 'double' | 'bytes', text: string | undefined) {
  return text === undefined ? undefined : { kind, text };
}

/** Hex digits in any case; `undefined` for anything else. */
function hexField(object: JsonObject, name: string): string | undefined {
  const text = stringField(object, name);
  const isHex = text !== undefined && text.length % 2 === 0 && /^[\da-fA-F]*$/.test(text);
  return isHex ? text.toLowerCase() : undefined;
}

/** Base64 in its standard form, from either alphabet, padded or not; undefined for anything else. */
function base64Of(value: unknown): string | undefined {
  const isBase64 = typeof value === 'string' && /^[\w+/-]*={0,2}$/.test(value);
  return isBase64 ? Buffer.from(value, 'base64').toString('base64') : undefined;
}
