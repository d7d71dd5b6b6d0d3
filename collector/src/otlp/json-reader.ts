import type { AnyValue } from './any-value.ts';
import { doubleText, EMPTY_VALUE } from './any-value.ts';
import { AttributeBag, isLonger } from './attributes.ts';
import { decodeError } from './decode-error.ts';
import type { JsonObject } from './json-fields.ts';
import {
  asObject,
  doubleOf,
  enumField,
  fieldOf,
  int64Of,
  listField,
  objectField,
  stringField,
  uint32Field,
  uint64Field,
} from './json-fields.ts';
import type { SpanLimits } from './limits.ts';
import { FAULTS, MAX_PARTS, tooManyParts } from './limits.ts';
import type { RawEvent, RawLink } from './json-span.ts';
import { RawSpan } from './json-span.ts';

const KIND_NAMES = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'].map(
  (name) => `SPAN_KIND_${name}`,
);
const STATUS_NAMES = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR'];

/** Reads parts of a span. What is beyond a limit rejects the bag of attributes it belongs to. */
export class JsonReader {
  readonly #limits: SpanLimits;
  #partCount = 0;

  constructor(limits: SpanLimits) {
    this.#limits = limits;
  }

  countPart(): void {
    if (++this.#partCount > MAX_PARTS) throw tooManyParts();
  }

  span(object: JsonObject): RawSpan {
    this.countPart();
    const bag = this.attributesOf(object);
    const span = new RawSpan(bag);
    span.traceId = hexField(object, 'traceId');
    span.spanId = hexField(object, 'spanId');
    span.parentSpanId = hexField(object, 'parentSpanId');
    span.traceState = this.text(object, 'traceState', bag);
    span.name = this.text(object, 'name', bag);
    span.kind = enumField(object, 'kind', KIND_NAMES);
    span.startUnixNano = uint64Field(object, 'startTimeUnixNano');
    span.endUnixNano = uint64Field(object, 'endTimeUnixNano');
    span.events = this.#parts(object, 'events', bag, (event, part) => this.#event(event, part));
    span.links = this.#parts(object, 'links', bag, (link, part) => this.#link(link, part));
    const status = objectField(object, 'status') ?? {};
    span.statusCode = enumField(status, 'code', STATUS_NAMES);
    span.statusMessage = this.text(status, 'message', bag);
    span.flags = uint32Field(object, 'flags');
    span.droppedAttributesCount = uint32Field(object, 'droppedAttributesCount');
    span.droppedEventsCount = uint32Field(object, 'droppedEventsCount');
    span.droppedLinksCount = uint32Field(object, 'droppedLinksCount');
    span.fault = bag.fault;
    return span;
  }

  attributesOf(owner: JsonObject): AttributeBag {
    const bag = new AttributeBag(this.#limits);
    for (const item of listField(owner, 'attributes')) {
      const object = asObject(item, 'attributes');
      bag.set(stringField(object, 'key'), this.#valueOf(object, this.#limits.maxNesting, bag));
    }
    return bag;
  }

  text(object: JsonObject, name: string, bag: AttributeBag): string {
    const text = stringField(object, name);
    if (isLonger(text, this.#limits)) bag.reject(FAULTS.string(this.#limits));
    return text;
  }

  #parts<T extends { attributes: AttributeBag }>(
    object: JsonObject,
    name: string,
    bag: AttributeBag,
    read: (object: JsonObject, bag: AttributeBag) => T,
  ): T[] {
    const items = listField(object, name);
    if (items.length > this.#limits.maxEvents) bag.reject(FAULTS.events(this.#limits));
    const parts = items.slice(0, this.#limits.maxEvents).map((item) => read(asObject(item, name), bag));
    const fault = parts.find((part) => part.attributes.fault)?.attributes.fault;
    if (fault !== undefined) bag.reject(fault);
    return parts;
  }

  #event(object: JsonObject, bag: AttributeBag): RawEvent {
    return {
      timeUnixNano: uint64Field(object, 'timeUnixNano'),
      name: this.text(object, 'name', bag),
      attributes: this.attributesOf(object),
      droppedAttributesCount: uint32Field(object, 'droppedAttributesCount'),
    };
  }

  #link(object: JsonObject, bag: AttributeBag): RawLink {
    return {
      // Text that is no hex has no usable length; the span is then rejected by its link.
      traceId: hexField(object, 'traceId') ?? '',
      spanId: hexField(object, 'spanId') ?? '',
      traceState: this.text(object, 'traceState', bag),
      attributes: this.attributesOf(object),
      droppedAttributesCount: uint32Field(object, 'droppedAttributesCount'),
      flags: uint32Field(object, 'flags'),
    };
  }

  #keyValue(object: JsonObject, depth: number, bag: AttributeBag): [string, AnyValue] {
    const value = this.#valueOf(object, depth, bag);
    return [stringField(object, 'key'), value];
  }

  #valueOf(object: JsonObject, depth: number, bag: AttributeBag): AnyValue {
    const value = objectField(object, 'value');
    return value === undefined ? EMPTY_VALUE : this.#value(value, depth, bag);
  }

  /** `depth` is how many levels there may be, this one included. */
  #value(object: JsonObject, depth: number, bag: AttributeBag): AnyValue {
    if (depth <= 0) {
      bag.reject(FAULTS.nesting(this.#limits));
      return EMPTY_VALUE;
    }
    for (const name of Object.keys(object)) {
      const value = fieldOf(object, name);
      if (value === undefined) continue;
      switch (name) {
        case 'stringValue':
          return { kind: 'string', text: stringField(object, name) };
        case 'boolValue':
          if (typeof value !== 'boolean') throw decodeError(`${name} is not a boolean`);
          return { kind: 'bool', text: String(value) };
        case 'intValue':
          return { kind: 'int', text: String(int64Of(value, name)) };
        case 'doubleValue':
          return { kind: 'double', text: doubleText(doubleOf(value, name)) };
        case 'arrayValue': {
          const items = listField(asObject(value, name), 'values');
          return { kind: 'array', items: items.map((item) => this.#item(item, depth - 1, bag)) };
        }
        case 'kvlistValue': {
          const entries = listField(asObject(value, name), 'values');
          return {
            kind: 'kvlist',
            entries: entries.map((item) => this.#keyValue(asObject(item, 'values'), depth - 1, bag)),
          };
        }
        case 'bytesValue':
          return { kind: 'bytes', text: base64Of(value, name) };
        default: // an unknown field
      }
    }
    return EMPTY_VALUE;
  }

  #item(item: unknown, depth: number, bag: AttributeBag): AnyValue {
    return item === null ? EMPTY_VALUE : this.#value(asObject(item, 'values'), depth, bag);
  }
}

/** Hex digits in any case; `undefined` for text that is not hex. */
function hexField(object: JsonObject, name: string): string | undefined {
  const text = stringField(object, name);
  return /^[\da-fA-F]*$/.test(text) && text.length % 2 === 0 ? text.toLowerCase() : undefined;
}

/** Base64 in its standard form, from either alphabet, padded or not. */
function base64Of(value: unknown, what: string): string {
  if (typeof value === 'string' && /^[\w+/-]*={0,2}$/.test(value)) {
    return Buffer.from(value, 'base64').toString('base64');
  }
  throw decodeError(`${what} is not base64`);
}
