import type { AnyValue } from './any-value.ts';
import { doubleText, EMPTY_VALUE } from './any-value.ts';
import type { ProtoReader } from './proto-reader.ts';

/** What one value may still hold, and whom to tell when it holds more. */
export interface ValueBudget {
  /** Items of all its lists and maps. */
  items: number;
  tooDeep(): void;
  tooLong(): void;
}

/** Reads one AnyValue message as an object: for lists and maps, which are rare and become JSON. */
function readValue(reader: ProtoReader, depth: number, budget: ValueBudget): AnyValue {
  if (depth <= 0) budget.tooDeep();
  else if (--budget.items < 0) budget.tooLong();
  if (depth <= 0 || budget.items < 0) {
    reader.skip();
    return EMPTY_VALUE;
  }
  let value: AnyValue = EMPTY_VALUE;
  const outer = reader.enter();
  while (reader.next()) {
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

/** The ArrayValue at the cursor. `depth` is how many levels may follow, this one included. */
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
    if (reader.field === 1 && budget.items >= 0) entries.push(readKeyValue(reader, depth - 1, budget));
    else reader.skip();
  }
  reader.leave(outer);
  return { kind: 'kvlist', entries };
}

function readKeyValue(reader: ProtoReader, depth: number, budget: ValueBudget): [string, AnyValue] {
  let key = '';
  let value: AnyValue = EMPTY_VALUE;
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 1) key = reader.string();
    else if (reader.field === 2) value = readValue(reader, depth, budget);
    else reader.skip();
  }
  reader.leave(outer);
  return [key, value];
}
