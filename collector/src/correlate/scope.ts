/** What a question is asked about. Half-open: from ≤ start < to. Absent for all. */
export interface Scope {
  readonly fromMs: number;
  readonly toMs: number;
  readonly function?: string | undefined;
  readonly version?: string | undefined;
  readonly region?: string | undefined;
  /** Up to so many invocations are looked at one by one, beyond that rollups are read. Default 10 000. */
  readonly maxInvocations?: number;
}

type Filter = 'function' | 'version' | 'region';
const FILTERS: readonly Filter[] = ['function', 'version', 'region'];

/** Conditions of the scope besides its time, each with an AND before it, on columns named as the filters are. */
export function filterSql(scope: Scope, filters: readonly Filter[] = FILTERS): string {
  return filters
    .filter((name) => scope[name] !== undefined)
    .map((name) => ` AND ${name} = {${name}:String}`)
    .join('');
}

/** Values for {@link filterSql}. */
export function filterParams(scope: Scope): Record<string, string> {
  return Object.fromEntries(
    FILTERS.flatMap((name) => (scope[name] === undefined ? [] : [[name, scope[name]]])),
  );
}

/** Nanoseconds since the epoch, as the parameters of a statement carry them. */
export function toNanos(ms: number): string {
  return String(BigInt(Math.round(ms)) * 1_000_000n);
}

/** A DateTime64 column within the scope, given as the parameters `from` and `to`. */
export function betweenSql(column: string): string {
  return `${column} >= fromUnixTimestamp64Nano({from:Int64}) AND ${column} < fromUnixTimestamp64Nano({to:Int64})`;
}

/** Values for {@link betweenSql} and {@link filterSql}. */
export function scopeParams(scope: Scope): Record<string, string> {
  return { from: toNanos(scope.fromMs), to: toNanos(scope.toMs), ...filterParams(scope) };
}

/**
 * Milliseconds of nanoseconds. Through whole microseconds, which a double holds exactly: nanoseconds divided at once
 * can fall short of the very millisecond they stand for.
 */
export function millisSql(nanos: string): string {
  return `intDiv(${nanos}, 1000) / 1000`;
}

/** The moment states are given for: the end of the scope, or now where that is earlier. */
export function asOf({ toMs }: Scope): number {
  return Math.min(toMs, Date.now());
}
