import type { AttributeType, AttributeTypes } from '../store/trace-row.ts';
import type { AnyValue } from './any-value.ts';
import { textOf, typeOf } from './any-value.ts';
import type { SpanLimits } from './limits.ts';
import { FAULTS } from './limits.ts';

/**
 * Attributes on their way from JSON into a row. The maps have no prototype, so that any key, `__proto__` too, is just
 * a key. A key that comes twice keeps its last value.
 */
export class AttributeBag {
  readonly values: Record<string, string> = Object.create(null) as Record<string, string>;
  readonly #types: Record<string, AttributeType> = Object.create(null) as Record<string, AttributeType>;
  readonly #limits: SpanLimits;
  #count = 0;
  #fault: string | undefined;

  constructor(limits: SpanLimits) {
    this.#limits = limits;
  }

  /** Why their owner cannot be kept. */
  get fault(): string | undefined {
    return this.#fault;
  }

  set(key: string, value: AnyValue): void {
    if (this.#count >= this.#limits.maxAttributes && !(key in this.values)) {
      this.reject(FAULTS.attributes(this.#limits));
      return;
    }
    if (!(key in this.values)) this.#count++;
    const type = typeOf(value);
    const text = textOf(value);
    if (isLonger(key, this.#limits) || isLonger(text, this.#limits)) this.reject(FAULTS.string(this.#limits));
    this.values[key] = text;
    if (type !== undefined) this.#types[key] = type;
    else if (key in this.#types) delete this.#types[key];
  }

  reject(fault: string): void {
    this.#fault ??= fault;
  }

  get types(): AttributeTypes {
    return this.#types;
  }
}

/** True for a text of more bytes than any may have. */
export function isLonger(text: string, { maxStringBytes }: SpanLimits): boolean {
  return text.length * 3 > maxStringBytes && Buffer.byteLength(text) > maxStringBytes;
}
