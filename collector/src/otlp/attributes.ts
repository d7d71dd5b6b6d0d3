import type { MapColumn } from '../store/columns/map-column.ts';
import type { NameColumn } from '../store/columns/name-column.ts';
import type { PlainColumn } from '../store/columns/plain-column.ts';
import type { AttributeType } from '../store/trace-row.ts';
import type { AnyValue } from './any-value.ts';
import { textOf, typeOf } from './any-value.ts';
import type { SpanLimits } from './limits.ts';
import { FAULTS } from './limits.ts';
import { unreadable } from './remarks.ts';

/** Attributes between JSON and a row. A key that occurs twice keeps its position and takes the last value. */
export class AttributeBag {
  readonly #texts = new Map<string, string>();
  /** Types of the values that are not strings. */
  readonly #types = new Map<string, AttributeType>();
  readonly #limits: SpanLimits;
  #fault: string | undefined;
  /** Parts of its owner that were unreadable and are absent. */
  remark: string | undefined;

  constructor(limits: SpanLimits) {
    this.#limits = limits;
  }

  /** Why their owner cannot be kept. */
  get fault(): string | undefined {
    return this.#fault;
  }

  set(key: string, value: AnyValue): void {
    const texts = this.#texts;
    if (texts.size >= this.#limits.maxAttributes && !texts.has(key)) {
      this.reject(FAULTS.attributes(this.#limits));
      return;
    }
    const type = typeOf(value);
    const text = textOf(value);
    if (isLonger(key, this.#limits) || isLonger(text, this.#limits)) this.reject(FAULTS.string(this.#limits));
    texts.set(key, text);
    if (type !== undefined) this.#types.set(key, type);
    else if (this.#types.size > 0) this.#types.delete(key);
  }

  /** The text of a key's value, empty when there is none. */
  textOf(key: string): string {
    return this.#texts.get(key) ?? '';
  }

  reject(fault: string): void {
    this.#fault ??= fault;
  }

  /** Notes that a part of the owner was unreadable and is absent. */
  lose(what: string): void {
    this.remark ??= unreadable(what);
  }

  /** Adds a cell with the texts of all values. */
  writeMap(column: MapColumn<PlainColumn>): void {
    for (const [key, text] of this.#texts) {
      column.keys.addText(key);
      column.values.cells.text(text);
    }
    column.end(this.#texts.size);
  }

  /** Adds a cell with the types of the values that are not strings. */
  writeTypes(column: MapColumn<NameColumn>): void {
    for (const [key, type] of this.#types) {
      column.keys.addText(key);
      column.values.addText(type);
    }
    column.end(this.#types.size);
  }
}

/** True for a text of more bytes than the limit. */
export function isLonger(text: string, { maxStringBytes }: SpanLimits): boolean {
  return text.length * 3 > maxStringBytes && Buffer.byteLength(text) > maxStringBytes;
}
