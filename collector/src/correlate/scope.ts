/** The scope of a question. Half-open: from ≤ start < to. Absent for all. */
export interface Scope {
  readonly fromMs: number;
  readonly toMs: number;
  readonly function?: string | undefined;
  readonly version?: string | undefined;
  readonly region?: string | undefined;
  /** Account or project at the platform. */
  readonly account?: string | undefined;
  /** Up to this many invocations are examined one by one; beyond that, rollups are read. Default 1,000. */
  readonly maxInvocations?: number;
}

/** Filters of a scope, and the column of `invocations` and rollups for each. */
const FILTER_COLUMNS = {
  function: 'function',
  version: 'version',
  region: 'region',
  account: 'account_id',
} as const;
export type Filter = keyof typeof FILTER_COLUMNS;
export const FILTERS = Object.keys(FILTER_COLUMNS) as readonly Filter[];

/** Whether only some versions or deployments of functions are in scope. */
export function isPartOfFunctions(scope: Scope): boolean {
  return FILTERS.some((name) => name !== 'function' && scope[name] !== undefined);
}

/** Whether a deployment is in scope. */
export function isDeploymentOf(
  deployment: { readonly region: string; readonly accountId: string },
  { region, account }: Scope,
): boolean {
  return (
    (region === undefined || deployment.region === region) &&
    (account === undefined || deployment.accountId === account)
  );
}

/** A unique name for the filters of a scope. */
export function filterKey(scope: Scope): string {
  return JSON.stringify(FILTERS.map((name) => scope[name]));
}

/** Conditions of the scope besides its time, each preceded by AND. */
export function filterSql(scope: Scope, filters: readonly Filter[] = FILTERS): string {
  return filters
    .filter((name) => scope[name] !== undefined)
    .map((name) => ` AND ${FILTER_COLUMNS[name]} = {${name}:String}`)
    .join('');
}

/** Values for {@link filterSql}. */
export function filterParams(scope: Scope): Record<string, string> {
  return Object.fromEntries(
    FILTERS.flatMap((name) => (scope[name] === undefined ? [] : [[name, scope[name]]])),
  );
}

/** Nanoseconds since the epoch, in the form for statement parameters. */
export function toNanos(ms: number): string {
  return String(BigInt(Math.round(ms)) * 1_000_000n);
}

/** Condition that a DateTime64 column is within the scope, given as the parameters `from` and `to`. */
export function betweenSql(column: string): string {
  return `${column} >= fromUnixTimestamp64Nano({from:Int64}) AND ${column} < fromUnixTimestamp64Nano({to:Int64})`;
}

/** Values for {@link betweenSql} and {@link filterSql}. */
export function scopeParams(scope: Scope): Record<string, string> {
  return { from: toNanos(scope.fromMs), to: toNanos(scope.toMs), ...filterParams(scope) };
}

/**
 * Converts nanoseconds to milliseconds. It goes through whole microseconds, which a double represents exactly: dividing
 * nanoseconds directly can fall just short of the exact millisecond.
 */
export function millisSql(nanos: string): string {
  return `intDiv(${nanos}, 1000) / 1000`;
}

/** The moment to which states refer: the end of the scope, or now if that is earlier. */
export function asOf({ toMs }: Scope): number {
  return Math.min(toMs, Date.now());
}
