import type { AttributeType, AttributeTypes } from '../store/trace-row.ts';
import type { AnyValue } from './any-value.ts';
import { textOf, typeOf } from './any-value.ts';

/**
 * Attributes on their way into a row. The maps have no prototype, so that any key, `__proto__` too, is just a key.
 * A key that comes twice keeps its last value.
 */
export class AttributeBag {
  readonly values: Record<string, string> = Object.create(null) as Record<string, string>;
  readonly #types: Record<string, AttributeType> = Object.create(null) as Record<string, AttributeType>;

  set(key: string, value: AnyValue): void {
    const type = typeOf(value);
    this.values[key] = textOf(value);
    if (type !== undefined) this.#types[key] = type;
    else if (key in this.#types) delete this.#types[key];
  }

  get types(): AttributeTypes {
    return this.#types;
  }
}
