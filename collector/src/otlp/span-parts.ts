import type { Bag } from './attribute-entries.ts';
import type { ProtoReader } from './proto-reader.ts';

/** A message inside the span and the bag of its attributes. */
export interface Part {
  start: number;
  end: number;
  bag: Bag;
  /** Start of its eight time bytes; -1 for none. */
  timeAt: number;
  name: Place;
  traceId: Place;
  spanId: Place;
  traceState: Place;
  droppedAttributesCount: number;
  flags: number;
}

/** A position in the bytes of the request. */
export interface Place {
  start: number;
  end: number;
}

/** Events or links; the objects are reused from span to span. */
export class Parts {
  count = 0;
  readonly #parts: Part[] = [];

  at(index: number): Part {
    return this.#parts[index] as Part;
  }

  add(start: number, end: number): void {
    const part = (this.#parts[this.count] ??= {
      start: 0,
      end: 0,
      bag: { from: 0, to: 0 },
      timeAt: -1,
      name: place(),
      traceId: place(),
      spanId: place(),
      traceState: place(),
      droppedAttributesCount: 0,
      flags: 0,
    });
    part.start = start;
    part.end = end;
    part.timeAt = -1;
    part.droppedAttributesCount = 0;
    part.flags = 0;
    for (const field of [part.name, part.traceId, part.spanId, part.traceState]) clear(field);
    this.count++;
  }
}

/** No position: an empty text. */
export function place(): Place {
  return { start: 0, end: 0 };
}

export function clear(field: Place): void {
  field.start = 0;
  field.end = 0;
}

/** Reads the field at the cursor. */
export function see(reader: ProtoReader, field: Place): void {
  reader.view();
  field.start = reader.start;
  field.end = reader.end;
}

export function lengthOf({ start, end }: Place): number {
  return end - start;
}
