import { inspect } from 'node:util';

const SHOWN = '[REDACTED]';

/** A text that hides itself: printed, logged, inspected or converted to JSON it reads `[REDACTED]`. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself, for the single place that needs it. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}
