/** The result of a check: `fail` keeps spans or answers away, `warn` makes them worse, `info` is good to know. */
export type Level = 'ok' | 'info' | 'warn' | 'fail';

/** A finding of a check. */
export interface Finding {
  /** Stable, machine-readable: the area and the check, such as `clock.offset`. */
  readonly id: string;
  readonly level: Level;
  /** One sentence. */
  readonly message: string;
  /** The remedy. */
  readonly fix?: string;
  /** Machine-readable facts. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

export type Env = Readonly<Record<string, string | undefined>>;

/** A finding without its optional parts. */
export function found(
  id: string,
  level: Level,
  message: string,
  more: { readonly fix?: string; readonly facts?: Finding['facts'] } = {},
): Finding {
  return {
    id,
    level,
    message,
    ...(more.fix !== undefined && { fix: more.fix }),
    ...(more.facts !== undefined && { facts: more.facts }),
  };
}
