import { isUtf8 } from 'node:buffer';
import { hashOf } from './byte-hash.ts';
import type { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import type { Column } from './column.ts';
import { NumberList } from './number-list.ts';

const FIRST_SLOTS = 64;
const EMPTY_HASH = hashOf(new Uint8Array(), 0, 0);
const KEPT_SLOTS = 4096;
const KEPT_BYTES = 256 * 1024;
/** A sender who finds colliding names makes the dictionary longer, not the search: the engine accepts duplicates. */
const MAX_PROBES = 32;
/** `SharedDictionariesWithAdditionalKeys`, the only version. */
const KEYS_VERSION = 1;
/** The keys are stored with the data, and replace those of the previous block. */
const HAS_KEYS = 0x600;

/** Texts that repeat: each is stored once in a dictionary, and the cells are indexes into it. */
export class NameColumn implements Column {
  readonly type = 'LowCardinality(String)';
  /** Each with a length prefix. */
  readonly #keys = new ByteWriter(FIRST_SLOTS * 16);
  /** Start and end of each key's text in `#keys`. */
  readonly #starts = new NumberList();
  readonly #ends = new NumberList();
  readonly #hashes = new NumberList();
  /** Open addressing; a key's index in the dictionary plus one, 0 for none. */
  #slots = new Int32Array(FIRST_SLOTS);
  readonly #cells = new NumberList();
  /** Changes whenever the dictionary changes. */
  #version = 0;
  // Indexes here for the keys of the dictionary appended last, and which one that was, in case it comes again.
  #otherKeys: NameColumn | undefined;
  #otherVersion = -1;
  readonly #places = new NumberList();

  constructor() {
    this.clear();
  }

  get byteLength(): number {
    return this.#keys.length + this.#cells.length * 4;
  }

  clear(): void {
    // In most requests, most columns are not used.
    if (this.#cells.length === 0 && this.#starts.length === 1) return;
    this.#version++;
    this.#otherKeys = undefined;
    this.#cells.clear();
    this.#starts.clear();
    this.#ends.clear();
    this.#hashes.clear();
    this.#keys.length = 0;
    if (this.#keys.bytes.length > KEPT_BYTES) this.#keys.bytes = Buffer.allocUnsafeSlow(FIRST_SLOTS * 16);
    if (this.#slots.length > KEPT_SLOTS) this.#slots = new Int32Array(FIRST_SLOTS);
    else this.#slots.fill(0);
    // The engine's own dictionaries begin with the empty text.
    this.#placeOf(this.#keys.bytes, 0, 0, EMPTY_HASH);
  }

  /** Adds a cell; invalid UTF-8 in it becomes U+FFFD. */
  add(source: Buffer, start: number, end: number): void {
    const place = this.#find(source, start, end, hashOf(source, start, end));
    if (place >= 0) this.#cells.add(place);
    else if (isUtf8(source.subarray(start, end))) this.addValid(source, start, end);
    else this.addText(source.toString('utf8', start, end));
  }

  /** Adds a cell whose bytes are known to be UTF-8. */
  addValid(source: Buffer, start: number, end: number, hash: number = hashOf(source, start, end)): void {
    this.#cells.add(this.#placeOf(source, start, end, hash));
  }

  /** Adds a cell whose text is in the bytes with a length prefix, and is UTF-8. */
  addEntry(bytes: Buffer): void {
    let start = 1;
    while ((bytes[start - 1] as number) > 0x7f) start++;
    this.addValid(bytes, start, bytes.length);
  }

  /** Adds a cell; an unpaired surrogate becomes U+FFFD. */
  addText(text: string): void {
    const keys = this.#keys;
    const end = keys.scratchText(text);
    const start = keys.scratchStart;
    this.#cells.add(this.#placeOf(keys.bytes, start, end, hashOf(keys.bytes, start, end)));
  }

  pack(out: ByteWriter): void {
    const keys = this.#starts.length;
    const cells = this.#cells.length;
    out.varint(cells);
    if (cells === 0) return;
    out.varint(keys);
    out.raw(this.#keys.bytes, 0, this.#keys.length);
    writeNumbers(out, this.#cells, widthFor(keys));
  }

  append(packed: ByteReader): void {
    const cells = packed.varint();
    if (cells === 0) return;
    const keys = packed.varint();
    const source = packed.bytes;
    const places = this.#places;
    this.#otherKeys = undefined;
    places.length = 0;
    for (let key = 0; key < keys; key++) {
      const byteLength = packed.varint();
      const start = packed.take(byteLength);
      const end = start + byteLength;
      places.add(this.#placeOf(source, start, end, hashOf(source, start, end)));
    }
    const width = widthFor(keys);
    const start = packed.take(cells * width);
    this.#addPlaces(numbersAt(source, start, cells, width), cells, places.numbers);
  }

  appendFrom(other: NameColumn): void {
    const places = this.#placesOf(other);
    this.#addPlaces(other.#cells.numbers, other.#cells.length, places.numbers);
  }

  /** Adds cells given as indexes into another dictionary. */
  #addPlaces(given: ArrayLike<number>, count: number, places: Int32Array): void {
    this.#cells.reserve(count);
    const { numbers, length } = this.#cells;
    for (let index = 0; index < count; index++)
      numbers[length + index] = places[given[index] as number] as number;
    this.#cells.length = length + count;
  }

  writePrefix(out: ByteWriter): void {
    writeUint64(out, KEYS_VERSION);
  }

  *writeData(out: ByteWriter): Generator<void> {
    if (this.#cells.length === 0) return;
    const keys = this.#starts.length;
    const width = widthFor(keys);
    writeUint64(out, HAS_KEYS | (width >> 1));
    writeUint64(out, keys);
    out.raw(this.#keys.bytes, 0, this.#keys.length);
    writeUint64(out, this.#cells.length);
    writeNumbers(out, this.#cells, width);
    yield;
  }

  /** Index here for each key of the other dictionary. */
  #placesOf(other: NameColumn): NumberList {
    if (this.#otherKeys === other && this.#otherVersion === other.#version) return this.#places;
    this.#places.length = 0;
    for (let key = 0; key < other.#starts.length; key++) {
      const start = other.#starts.numbers[key] as number;
      const end = other.#ends.numbers[key] as number;
      const hash = other.#hashes.numbers[key] as number;
      this.#places.add(this.#placeOf(other.#keys.bytes, start, end, hash | 0));
    }
    this.#otherKeys = other;
    this.#otherVersion = other.#version;
    return this.#places;
  }

  /** The index of the key in the dictionary; a new key is added. */
  #placeOf(source: Buffer, start: number, end: number, hash: number): number {
    const found = this.#find(source, start, end, hash);
    if (found >= 0) return found;
    this.#version++;
    const place = this.#starts.length;
    if ((place + 1) * 2 > this.#slots.length) this.#grow();
    this.#keys.varint(end - start);
    this.#starts.add(this.#keys.length);
    this.#keys.raw(source, start, end);
    this.#ends.add(this.#keys.length);
    this.#hashes.add(hash);
    this.#enter(place, hash);
    return place;
  }

  #find(source: Buffer, start: number, end: number, hash: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const place = (slots[slot] as number) - 1;
      if (place < 0) return -1;
      if (this.#hashes.numbers[place] === hash && this.#isKey(place, source, start, end)) return place;
      slot = (slot + 1) & mask;
    }
    return -1;
  }

  #isKey(place: number, source: Buffer, start: number, end: number): boolean {
    let at = this.#starts.numbers[place] as number;
    if ((this.#ends.numbers[place] as number) - at !== end - start) return false;
    const { bytes } = this.#keys;
    for (let index = start; index < end; index++) if (source[index] !== bytes[at++]) return false;
    return true;
  }

  #enter(place: number, hash: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      if (slots[slot] === 0) {
        slots[slot] = place + 1;
        return;
      }
      slot = (slot + 1) & mask;
    }
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 4);
    for (let place = 0; place < this.#starts.length; place++)
      this.#enter(place, this.#hashes.numbers[place] as number);
  }
}

/** By the size of a number in bytes; little-endian, like every machine that the engine runs on. */
const ARRAYS = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array } as const;
type Width = keyof typeof ARRAYS;

/** Bytes of an index into a dictionary of this many keys. */
function widthFor(keys: number): Width {
  return keys <= 0x100 ? 1 : keys <= 0x1_0000 ? 2 : 4;
}

function writeNumbers(out: ByteWriter, { numbers, length }: NumberList, width: Width): void {
  if (width === 1) {
    out.reserve(length);
    for (let index = 0; index < length; index++) out.bytes[out.length + index] = numbers[index] as number;
    out.length += length;
    return;
  }
  const narrow = new ARRAYS[width](length);
  narrow.set(numbers.subarray(0, length));
  out.raw(new Uint8Array(narrow.buffer));
}

/** Reads the output of `writeNumbers`. */
function numbersAt(bytes: Uint8Array, start: number, count: number, width: Width): ArrayLike<number> {
  if (width === 1) return bytes.subarray(start, start + count);
  const aligned = new Uint8Array(count * width);
  aligned.set(bytes.subarray(start, start + count * width));
  return new ARRAYS[width](aligned.buffer);
}

function writeUint64(out: ByteWriter, value: number): void {
  out.uint32(value);
  out.uint32(0);
}
