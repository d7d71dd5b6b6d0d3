import type { Draw } from '../chance.ts';
import type { Fields } from '../config/fields.ts';

/** A sandbox as an expiry law sees it. Times are those of `performance.now()`, ms. */
export interface Mortal {
  /** Number of the sandbox within one version of a function, from 1, in the order of birth. */
  readonly ordinal: number;
  readonly bornMillis: number;
  /** Undefined while it is at work. */
  readonly idleSinceMillis: number | undefined;
  /** How often it became idle. */
  readonly idleTimes: number;
}

/** An eviction that a law orders. */
export interface Expired {
  readonly sandbox: Mortal;
  /** `idle`: it was not used. `age`: it is too old; if it is at work, it ends after that. */
  readonly reason: 'idle' | 'age';
  /** The values behind the decision, for the record of what happened. */
  readonly details: Readonly<Record<string, number>>;
}

/**
 * Decides which sandboxes of one version of a function are ended, and when. It is notified of their changes of state
 * and asked which evictions are due; it has no timer and reads no clock.
 */
export interface ExpiryLaw {
  born(sandbox: Mortal): void;
  /** It answered its last invocation and waits for an event, or it was initialised ahead. */
  idle(sandbox: Mortal): void;
  /** It is at work again. */
  busy(sandbox: Mortal): void;
  /** It has ended, or another law ends it. */
  gone(sandbox: Mortal): void;
  /** When the next eviction is due, if nothing happens before; Infinity: never. */
  nextMillis(): number;
  /** The evictions due now. The law forgets them. */
  due(nowMillis: number): readonly Expired[];
}

/** Options of a law. */
export interface LawContext {
  /** Converts a configured duration to this platform's time, which may be accelerated, ms. */
  readonly scaled: (millis: number) => number;
  readonly draw: Draw;
}

export type LawParameters = Readonly<Record<string, number | string>>;

/** A law's entry in the registry. */
export interface LawDefinition {
  /** Its name in the configuration. */
  readonly law: string;
  /** Names of its parameters. */
  readonly fields: readonly string[];
  /** @throws {PlatformError} `ERR_CONFIG` for an invalid parameter */
  read(fields: Fields): {
    /** With the defaults filled in. */
    readonly parameters: LawParameters;
    start(context: LawContext): ExpiryLaw;
  };
}
