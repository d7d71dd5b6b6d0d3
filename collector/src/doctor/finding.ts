/** How a check ended: `fail` is what keeps spans or answers away, `warn` what makes them worse, `info` what is good to know. */
export type Level = 'ok' | 'info' | 'warn' | 'fail';

/** What a check found. */
export interface Finding {
  /** Stable, for programs: the area and what was checked, `clock.offset`. */
  readonly id: string;
  readonly level: Level;
  /** One sentence. */
  readonly message: string;
  /** What to do about it. */
  readonly fix?: string;
  /** The same for programs. */
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
