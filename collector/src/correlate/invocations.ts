import type { Store } from '../store/index.ts';
import type { Invocation, SandboxEnd } from './lifelines.ts';
import { betweenSql, filterSql, millisSql, scopeParams } from './scope.ts';
import type { Scope } from './scope.ts';

interface Row {
  readonly f: string;
  readonly s: string;
  readonly v: string;
  readonly b: number;
  readonly d: number;
  readonly o: string | null;
  readonly t: string | null;
  readonly c: boolean | null;
  readonly i: number | null;
  readonly e: number | null;
  readonly n: string | null;
}

const COLUMNS = `function AS f, sandbox_id AS s, version AS v, ${millisSql('toUnixTimestamp64Nano(start)')} AS b,
      duration_ns / 1e6 AS d, ordinal AS o, process_start_ticks AS t, cold AS c, init_duration_ms AS i,
      export_ms AS e, concurrent AS n`;

const NEWEST_FIRST = 'start DESC, trace_id DESC, span_id DESC';

/** Invocations of the scope, newest first, at most so many; each once. */
export function loadInvocations(
  store: Store,
  scope: Scope,
  limit: number,
  signal?: AbortSignal,
): Promise<Invocation[]> {
  const which = `ORDER BY ${NEWEST_FIRST} LIMIT {limit:UInt32}`;
  return read(store, scope, which, { limit }, signal);
}

/** The newest invocations of one sandbox, newest first, at most so many; each once. */
export function loadLifeline(
  store: Store,
  scope: Scope,
  sandboxId: string,
  limit: number,
): Promise<Invocation[]> {
  const which = `AND sandbox_id = {sandbox:String} ORDER BY ${NEWEST_FIRST} LIMIT {limit:UInt32}`;
  return read(store, scope, which, { sandbox: sandboxId, limit });
}

/** The newest invocations of each function of the scope, at most so many of each; each once. */
export function loadNewestOfEach(
  store: Store,
  scope: Scope,
  limit: number,
  signal?: AbortSignal,
): Promise<Invocation[]> {
  const which = `ORDER BY function DESC, ${NEWEST_FIRST} LIMIT {limit:UInt32} BY function`;
  return read(store, scope, which, { limit }, signal);
}

/** @param which what follows the conditions of the scope */
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
  return rows.map((row) => ({
    function: row.f,
    sandboxId: row.s,
    version: row.v,
    startMs: row.b,
    endMs: row.b + row.d,
    ordinal: row.o === null ? undefined : Number(row.o),
    processStartTicks: row.t ?? undefined,
    cold: row.c ?? undefined,
    initDurationMs: row.i ?? undefined,
    exportMs: row.e ?? undefined,
    concurrent: row.n === null ? undefined : Number(row.n),
  }));
}

/** Goodbyes of the scope, newest first. */
export async function loadEnds(
  store: Store,
  scope: Scope,
  limit: number,
  signal?: AbortSignal,
): Promise<SandboxEnd[]> {
  const rows = await store.query<{
    f: string;
    s: string;
    b: number;
    r: string;
    o: string | null;
    t: string | null;
  }>(
    `SELECT function AS f, sandbox_id AS s, ${millisSql('toUnixTimestamp64Nano(time)')} AS b, reason AS r,
      last_ordinal AS o, process_start_ticks AS t
    FROM ${store.database}.sandbox_ends FINAL
    WHERE ${betweenSql('time')}${filterSql(scope, ['function'])}
    ORDER BY time DESC
    LIMIT {limit:UInt32}`,
    { ...scopeParams(scope), limit },
    {},
    signal,
  );
  return rows.map((row) => ({
    function: row.f,
    sandboxId: row.s,
    timeMs: row.b,
    reason: row.r,
    lastOrdinal: row.o === null ? undefined : Number(row.o),
    processStartTicks: row.t ?? undefined,
  }));
}
