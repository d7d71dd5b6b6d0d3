import type { Store } from '../store/index.ts';
import type { RowBinaryReader } from '../store/row-binary.ts';
import { ENVIRONMENT, HAS_FAILED, IS_COLD } from './invocation-sql.ts';
import type { Invocation, SandboxEnd } from './lifelines.ts';
import { END_COLUMNS, endsIn } from './sandbox-ends.ts';
import { betweenSql, filterSql, scopeParams } from './scope.ts';
import type { Scope } from './scope.ts';
import { TimeSlice } from './time-slice.ts';

interface Row {
  readonly function: string;
  readonly environment: string;
  readonly sandbox_id: string;
  readonly version: string;
  readonly start_ns: string;
  readonly duration_ms: number;
  readonly has_failed: boolean;
  readonly ordinal: string | null;
  readonly process_start_ticks: string | null;
  readonly is_cold: boolean | null;
  readonly init_duration_ms: number | null;
  readonly export_ms: number | null;
  readonly concurrent: string | null;
}

const COLUMNS = `function, ${ENVIRONMENT} AS environment, sandbox_id, version, toUnixTimestamp64Nano(start) AS start_ns,
      duration_ns / 1e6 AS duration_ms, ${HAS_FAILED} AS has_failed, ordinal, process_start_ticks,
      ${IS_COLD} AS is_cold, init_duration_ms, export_ms, concurrent`;

const NEWEST_FIRST = 'start DESC, trace_id DESC, span_id DESC';

/** The newest invocations of the scope, at most this many; newest first, each once. */
export function loadInvocations(
  store: Store,
  scope: Scope,
  limit: number,
  signal?: AbortSignal,
): Promise<Invocation[]> {
  const which = `ORDER BY ${NEWEST_FIRST} LIMIT {limit:UInt32}`;
  return read(store, scope, which, { limit }, signal);
}

/** The newest invocations of one sandbox, at most this many; newest first, each once. */
export function loadLifeline(
  store: Store,
  scope: Scope,
  environment: string,
  limit: number,
): Promise<Invocation[]> {
  const which = `AND ${ENVIRONMENT} = {environment:String} ORDER BY ${NEWEST_FIRST} LIMIT {limit:UInt32}`;
  return read(store, scope, which, { environment, limit });
}

/** The newest invocations of each function of the scope, at most this many per function; each once. */
export function loadNewestOfEach(
  store: Store,
  scope: Scope,
  limit: number,
  signal?: AbortSignal,
): Promise<Invocation[]> {
  const which = `ORDER BY function DESC, ${NEWEST_FIRST} LIMIT {limit:UInt32} BY function`;
  return read(store, scope, which, { limit }, signal);
}

/** @param which SQL after the conditions of the scope */
async function read(
  store: Store,
  scope: Scope,
  which: string,
  params: Record<string, unknown>,
  signal?: AbortSignal,
): Promise<Invocation[]> {
  const rows = await store.query<Row>(
    `SELECT ${COLUMNS}
    FROM ${store.database}.invocations FINAL
    WHERE ${betweenSql('start')}${filterSql(scope)}
    ${which}`,
    { ...scopeParams(scope), ...params },
    {},
    signal,
  );
  return rows.map((row) => {
    // More digits than a double can hold.
    const startMs = Number(row.start_ns.slice(0, -3)) / 1000;
    return {
      function: row.function,
      environment: row.environment,
      sandboxId: row.sandbox_id,
      version: row.version,
      startUnixNano: row.start_ns,
      startMs,
      endMs: startMs + row.duration_ms,
      durationMs: row.duration_ms,
      hasFailed: row.has_failed,
      ordinal: row.ordinal === null ? undefined : Number(row.ordinal),
      processStartTicks: row.process_start_ticks ?? undefined,
      cold: row.is_cold ?? undefined,
      initDurationMs: row.init_duration_ms ?? undefined,
      exportMs: row.export_ms ?? undefined,
      concurrent: row.concurrent === null ? undefined : Number(row.concurrent),
    };
  });
}

/**
 * Condition on goodbyes of the scope. For one function, it matches those of every sandbox that ran it: a process that
 * served several functions says goodbye in the name of one of them, or of none.
 */
export function endsSql({ database }: Store, scope: Scope): string {
  const inTime = betweenSql('time');
  if (scope.function === undefined) return inTime;
  const ranIt = `SELECT sandbox_id FROM ${database}.invocations WHERE ${betweenSql('start')}${filterSql(scope, ['function'])}`;
  return `${inTime} AND (function = {function:String} OR sandbox_id GLOBAL IN (${ranIt}))`;
}

/** Goodbyes of the scope, newest first. */
export async function loadEnds(
  store: Store,
  scope: Scope,
  limit: number,
  signal?: AbortSignal,
): Promise<SandboxEnd[]> {
  const ends: SandboxEnd[] = [];
  const reader = await readEnds(store, scope, limit, signal);
  await new TimeSlice().each(endsIn(reader), (end) => ends.push(end));
  return ends;
}

/** The same, for {@link endsIn}. */
export function readEnds(
  store: Store,
  scope: Scope,
  limit: number,
  signal?: AbortSignal,
): Promise<RowBinaryReader> {
  return store.queryBinary(
    `SELECT ${END_COLUMNS}
    FROM ${store.database}.sandbox_ends FINAL
    WHERE ${endsSql(store, scope)}
    ORDER BY time DESC
    LIMIT {limit:UInt32}`,
    { ...scopeParams(scope), limit },
    {},
    signal,
  );
}
