import type { AnyValue } from './any-value.ts';
import { doubleText, EMPTY_VALUE } from './any-value.ts';
import type { ProtoReader } from './proto-reader.ts';
import { WIRE_FIXED64, WIRE_LENGTH, WIRE_VARINT } from './proto-reader.ts';
import { LOST } from './remarks.ts';

/** What one value may still contain, and what to call for its unreadable parts. */
export interface ValueBudget {
  /** Remaining items of all its lists and maps. */
  items: number;
  tooDeep(): void;
  tooLong(): void;
  /** Called for each unreadable part. */
  lose(what: string): void;
}

/** Wire type of each field of an AnyValue, by number; there is no field 0. */
const VALUE_WIRE_TYPES = Int8Array.of(
  -1,
  WIRE_LENGTH, // string
  WIRE_VARINT, // bool
  WIRE_VARINT, // int
  WIRE_FIXED64, // double
  WIRE_LENGTH, // array
  WIRE_LENGTH, // kvlist
  WIRE_LENGTH, // bytes
);

/** Whether the field at the cursor belongs to an AnyValue but has the wrong wire type. */
export function isMiswritten({ field, wireType }: ProtoReader): boolean {
  return field < VALUE_WIRE_TYPES.length && VALUE_WIRE_TYPES[field] !== wireType;
}

/** Reads one AnyValue message as an object: only for lists and maps, which are rare and become JSON. */
function readValue(reader: ProtoReader, depth: number, budget: ValueBudget): AnyValue {
  if (reader.wireType !== WIRE_LENGTH) {
    budget.lose(LOST.value);
    reader.skip();
    return EMPTY_VALUE;
  }
  if (depth <= 0) budget.tooDeep();
  else if (--budget.items < 0) budget.tooLong();
  if (depth <= 0 || budget.items < 0) {
    reader.skip();
    return EMPTY_VALUE;
  }
  let value: AnyValue = EMPTY_VALUE;
  const outer = reader.enter();
  while (reader.next()) {
    if (isMiswritten(reader)) {
      budget.lose(LOST.value);
      value = EMPTY_VALUE;
      reader.skip();
      continue;
    }
    switch (reader.field) {
      case 1:
        value = { kind: 'string', text: reader.string() };
        break;
      case 2:
        value = { kind: 'bool', text: String(reader.bool()) };
        break;
      case 3:
        value = { kind: 'int', text: reader.int64Text() };
        break;
      case 4:
        value = { kind: 'double', text: doubleText(reader.double()) };
        break;
      case 5:
        value = readArray(reader, depth, budget);
        break;
      case 6:
        value = readKeyValues(reader, depth, budget);
        break;
      case 7:
        value = { kind: 'bytes', text: reader.bytes().toString('base64') };
        break;
      default:
        reader.skip();
    }
  }
  reader.leave(outer);
  return value;
}

/** The ArrayValue at the cursor. `depth` is the number of allowed levels, including this one. */
export function readArray(reader: ProtoReader, depth: number, budget: ValueBudget): AnyValue {
  const items: AnyValue[] = [];
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 1 && budget.items >= 0) items.push(readValue(reader, depth - 1, budget));
    else reader.skip();
  }
  reader.leave(outer);
  return { kind: 'array', items };
}

/** The KeyValueList at the cursor. */
export function readKeyValues(reader: ProtoReader, depth: number, budget: ValueBudget): AnyValue {
  const entries: [string, AnyValue][] = [];
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 1 && budget.items >= 0) {
      const entry = readKeyValue(reader, depth - 1, budget);
      if (entry !== undefined) entries.push(entry);
    } else reader.skip();
  }
  reader.leave(outer);
  return { kind: 'kvlist', entries };
}

/** Undefined for an entry without a readable key. */
function readKeyValue(
  reader: ProtoReader,
  depth: number,
  budget: ValueBudget,
): [string, AnyValue] | undefined {
  let key: string | undefined = '';
  let value: AnyValue = EMPTY_VALUE;
  if (reader.wireType !== WIRE_LENGTH) {
    budget.lose(LOST.attribute);
    reader.skip();
    return undefined;
  }
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 2) value = readValue(reader, depth, budget);
    else if (reader.field === 1 && reader.wireType === WIRE_LENGTH) key = reader.string();
    else {
      if (reader.field === 1) key = undefined;
      reader.skip();
    }
  }
  reader.leave(outer);
  if (key !== undefined) return [key, value];
  budget.lose(LOST.attribute);
  return undefined;
}
