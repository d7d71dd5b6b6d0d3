import { emptyColumns } from './slot-evidence.ts';
import type { Environment, SlotEvidence, UseColumns } from './slot-evidence.ts';
import type { Goodbye, IdleOutcome } from './use.ts';

/** Format version; other versions are not read. */
const FORM = 1;

interface Head {
  readonly form: number;
  readonly environments: readonly Environment[];
  readonly goodbyes: readonly Goodbye[];
  /** Absent where there are none. */
  readonly idleOutcomes?: readonly IdleOutcome[];
  readonly implausible: number;
  readonly uses: number;
}

/** Columns whose values are close to those of the previous row. */
const NEAR: ReadonlySet<keyof UseColumns> = new Set(['startMicros', 'bootMicros']);

/**
 * Encodes evidence as bytes, the same for the same invocations: a length-prefixed JSON header, then the columns one
 * after the other as variable-length numbers (7 bits per byte, least significant first; zigzag of the difference to the
 * previous row where that is small). About 13 bytes per invocation, half of that after compression.
 */
export function encodeEvidence(evidence: SlotEvidence): Uint8Array {
  const { environments, uses, goodbyes, idleOutcomes, implausible } = evidence;
  const head: Head = {
    form: FORM,
    environments,
    goodbyes,
    ...(idleOutcomes.length > 0 && { idleOutcomes }),
    implausible,
    uses: uses.startMicros.length,
  };
  const text = new TextEncoder().encode(JSON.stringify(head));
  const writer = new Writer(text.length + 16 + head.uses * 16);
  writer.number(text.length);
  writer.bytes(text);
  for (const name of columnNames()) {
    const column = uses[name];
    const [first = 0] = column;
    const isConstant = column.every((value: number) => value === first);
    writer.number(isConstant ? 1 : 0);
    let before = 0;
    for (const value of isConstant ? column.subarray(0, 1) : column) {
      writer.number(zigzag(value - before));
      if (NEAR.has(name)) before = value;
    }
  }
  return writer.done();
}

/** The inverse of {@link encodeEvidence}. @throws {RangeError} for bytes that are not evidence in this format */
export function decodeEvidence(bytes: Uint8Array): SlotEvidence {
  const reader = new Reader(bytes);
  const { form, environments, goodbyes, idleOutcomes = [], implausible, uses: count } = headOf(reader);
  if (form !== FORM) throw new RangeError(`evidence of form ${form}, not ${FORM}`);
  const uses = emptyColumns(count);
  for (const name of columnNames()) {
    const column = uses[name];
    if (reader.number() === 1) {
      if (count > 0) column.fill(unzigzag(reader.number()));
      continue;
    }
    let before = 0;
    for (let row = 0; row < count; row += 1) {
      const value = before + unzigzag(reader.number());
      column[row] = value;
      if (NEAR.has(name)) before = value;
    }
  }
  return { environments, uses, goodbyes, idleOutcomes, implausible };
}

function headOf(reader: Reader): Head {
  try {
    return JSON.parse(new TextDecoder().decode(reader.bytes(reader.number()))) as Head;
  } catch (cause) {
    throw new RangeError('bytes that are no evidence', { cause });
  }
}

function columnNames(): (keyof UseColumns)[] {
  return Object.keys(emptyColumns(0)) as (keyof UseColumns)[];
}

const zigzag = (value: number): number => (value >= 0 ? 2 * value : -2 * value - 1);
const unzigzag = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2);

class Writer {
  #buffer: Uint8Array;
  #length = 0;

  constructor(size: number) {
    this.#buffer = new Uint8Array(size);
  }

  /** A whole number from 0 to below 2^53. */
  number(value: number): void {
    this.#room(8);
    let rest = value;
    while (rest >= 128) {
      this.#buffer[this.#length] = (rest % 128) + 128;
      this.#length += 1;
      rest = Math.floor(rest / 128);
    }
    this.#buffer[this.#length] = rest;
    this.#length += 1;
  }

  bytes(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  done(): Uint8Array {
    return this.#buffer.slice(0, this.#length);
  }

  #room(size: number): void {
    if (this.#length + size <= this.#buffer.length) return;
    const larger = new Uint8Array(2 * (this.#buffer.length + size));
    larger.set(this.#buffer);
    this.#buffer = larger;
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  number(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) throw new RangeError('evidence that ends too early');
      this.#at += 1;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  }

  bytes(length: number): Uint8Array {
    this.#at += length;
    if (this.#at > this.#bytes.length) throw new RangeError('evidence that ends too early');
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}
