import type { Draw } from '../chance.ts';
import type { Fields } from '../config/fields.ts';

/** A sandbox as an expiry law sees it. Times are those of `performance.now()`, ms. */
export interface Mortal {
  /** Counts the sandboxes of one version of a function from 1, in the order of birth. */
  readonly ordinal: number;
  readonly bornMillis: number;
  /** Undefined while it is at work. */
  readonly idleSinceMillis: number | undefined;
  /** How often it became idle. */
  readonly idleTimes: number;
}

/** What a law ends. */
export interface Expired {
  readonly sandbox: Mortal;
  /** `idle`: it was not used. `age`: it is too old; it may be at work, and then ends after that. */
  readonly reason: 'idle' | 'age';
  /** The numbers that led to it, for the record of what happened. */
  readonly details: Readonly<Record<string, number>>;
}

/**
 * Which sandboxes of one version of a function are ended, and when. It is told what becomes of them, and is asked for
 * what is due; it keeps no timer and looks at no clock.
 */
export interface ExpiryLaw {
  born(sandbox: Mortal): void;
  /** It was given its last answer and waits for an event, or was initialised ahead. */
  idle(sandbox: Mortal): void;
  /** It is at work again. */
  busy(sandbox: Mortal): void;
  /** It is gone, or another law ends it. */
  gone(sandbox: Mortal): void;
  /** When something is due next, if nothing happens before; Infinity: never. */
  nextMillis(): number;
  /** What is to be ended by now. The law forgets it. */
  due(nowMillis: number): readonly Expired[];
}

/** What a law is started with. */
export interface LawContext {
  /** A configured time on this platform, which may be accelerated, ms. */
  readonly scaled: (millis: number) => number;
  readonly draw: Draw;
}

export type LawParameters = Readonly<Record<string, number | string>>;

/** A law as it is found in the registry. */
export interface LawDefinition {
  /** Its name in the configuration. */
  readonly law: string;
  /** Names of its parameters. */
  readonly fields: readonly string[];
  /** @throws {PlatformError} `ERR_CONFIG` for a parameter that cannot be used */
  read(fields: Fields): {
    /** With the defaults filled in. */
    readonly parameters: LawParameters;
    start(context: LawContext): ExpiryLaw;
  };
}
