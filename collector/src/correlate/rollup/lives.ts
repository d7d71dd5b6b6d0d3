import * as semconv from '@sandscope/probes/semconv';
import type { QueryLimits, Store } from '../../store/index.ts';
import type { SandboxFacts } from '../hosts.ts';
import { lifelineKey } from '../lifelines.ts';
import { filterParams, millisSql } from '../scope.ts';
import type { Scope } from '../scope.ts';
import { TimeSlice } from '../time-slice.ts';
import type { ReadPlan } from './read-plan.ts';
import type { LivesUnit } from './units.ts';
import { partsOf } from './read.ts';
import type { LifeRow, ProcessRow } from './rows.ts';
import { readSealed } from './sealed-cache.ts';
import { FACTS, sandboxRows } from './sql.ts';

/** Most sandboxes one question examines; beyond that, the latest used are taken. */
export const MAX_SANDBOXES = 100_000;
const LIMITS: QueryLimits = { maxRows: MAX_SANDBOXES + 1 };

/** A sandbox in the engine's format. */
export interface Row {
  readonly function: string;
  readonly environment: string;
  readonly sandbox_id: string;
  readonly version: string;
  readonly first_start_ms: number;
  readonly last_start_ms: number;
  readonly last_end_ms: number;
  readonly runs: string;
  readonly concurrent: string;
  readonly colds: readonly (readonly [number, number])[];
  readonly processes: readonly ProcessRow[];
  readonly region: string;
  readonly init_types: readonly string[];
  /** In the order of `FACTS`. */
  readonly facts: readonly string[];
  readonly boot_min_ms: number | null;
  readonly boot_max_ms: number | null;
  readonly memory_bytes: string | null;
}

/** Sandboxes used in the scope, the latest used first; more than {@link MAX_SANDBOXES} when there are more. */
export async function loadLives(
  store: Store,
  plan: ReadPlan<LivesUnit>,
  scope: Scope,
  signal?: AbortSignal,
): Promise<readonly LifeRow[]> {
  const parts = partsOf(store.database, plan, scope);
  const params = filterParams(scope);
  const read = async (rows: string): Promise<LifeRow[]> => {
    const found = await store.query<Row>(livesSql(rows), { ...params, ...parts.params }, LIMITS, signal);
    const lives: LifeRow[] = [];
    await new TimeSlice().each(found, (row) => lives.push(lifeRow(row)));
    return lives;
  };
  const [sealed, raw] = await Promise.all([
    readSealed(store, {
      name: 'lives',
      plan,
      parts,
      params,
      load: (condition) => read(`${store.database}.sandboxes FINAL WHERE ${condition}`),
    }),
    parts.raw ? read(`(${sandboxRows(parts.raw)})`) : [],
  ]);
  const recent = (plan.recent ?? []).map(({ lives }) =>
    scope.function === undefined ? lives : lives.filter((life) => life.function === scope.function),
  );
  return merge(sealed, [raw, ...recent]);
}

/**
 * One row per sandbox and function in the rows of a rollup.
 *
 * @param unit a column that additionally separates the rows, as `unit`
 */
export function livesSql(rows: string, unit?: string): string {
  const [told, by] = unit === undefined ? ['', ''] : [`${unit} AS unit, `, `${unit}, `];
  const last = (column: string): string =>
    `argMaxIf(${column}, last_start_ns, ${column} != '') AS last_${column}`;
  const latest = (column: string): string => `argMaxIf(last_${column}, last_start, last_${column} != '')`;
  return `SELECT ${told}function, environment, argMax(own_id, last_start) AS sandbox_id,
      argMax(last_version, last_start) AS version, ${millisSql('min(first)')} AS first_start_ms,
      ${millisSql('max(last_start)')} AS last_start_ms, ${millisSql('max(last)')} AS last_end_ms, sum(own_runs) AS runs,
      max(own_concurrent) AS concurrent,
      arrayMap(t -> (${millisSql('t.1')}, t.2), arrayDistinct(arrayFlatten(groupArray(own_colds)))) AS colds,
      groupArray((own_id, process, lowest, highest, seen)) AS processes, ${latest('region')} AS region,
      groupUniqArrayArray(inits) AS init_types, [${FACTS.map(latest).join(', ')}] AS facts,
      min(boot_min) AS boot_min_ms, max(boot_max) AS boot_max_ms, argMax(memory, last_start) AS memory_bytes
    FROM (
      SELECT ${by}function, environment, sandbox_id AS own_id, process, argMax(version, last_start_ns) AS last_version,
        max(last_start_ns) AS last_start, min(first_ns) AS first, max(last_end_ns) AS last, sum(invocations) AS own_runs,
        max(most_concurrent) AS own_concurrent,
        arrayFlatten(groupArray(cold_starts)) AS own_colds,
        minIf(ordinal_min, ordinals > 0) AS lowest, max(ordinal_max) AS highest, sum(ordinals) AS seen,
        ${['region', ...FACTS].map(last).join(', ')}, groupUniqArrayArray(init_types) AS inits,
        min(boot_time_min_unix_ms) AS boot_min, max(boot_time_max_unix_ms) AS boot_max,
        argMax(memory_limit_bytes, last_start_ns) AS memory
      FROM ${rows}
      GROUP BY ${by}function, environment, sandbox_id, process
    )
    GROUP BY ${by}function, environment
    ORDER BY last_end_ms DESC
    LIMIT ${MAX_SANDBOXES + 1}`;
}

export function lifeRow(row: Row): LifeRow {
  const told = (column: (typeof FACTS)[number]): string => row.facts[FACTS.indexOf(column)] ?? '';
  const { function: name, environment, sandbox_id: sandboxId } = row;
  const key = lifelineKey({ function: name, environment });
  const facts: SandboxFacts = {
    key,
    function: name,
    environment,
    sandboxId,
    // Older rows without this column are from spans that named their sandbox themselves: no others were accepted.
    sandboxIdSource: told('sandbox_id_source') || (sandboxId === '' ? '' : semconv.ATTR_SANDBOX_ID),
    instance: told('instance'),
    bootId: told('boot_id'),
    isolation: told('isolation'),
    initTypes: row.init_types,
    declaredHostId: told('host_declared_id'),
    fingerprint: told('host_fingerprint'),
    cpuModel: told('cpu_model'),
    tellsOrdinals: row.processes.some((process) => process[4] !== '0'),
    ...(row.boot_min_ms !== null &&
      row.boot_max_ms !== null && { bootTime: { minMs: row.boot_min_ms, maxMs: row.boot_max_ms } }),
    ...(row.memory_bytes !== null && { memoryBytes: Number(row.memory_bytes) }),
    platform: told('platform'),
    region: row.region,
    accountId: told('account_id'),
    firstStartMs: row.first_start_ms,
    lastEndMs: row.last_end_ms,
  };
  return {
    key,
    function: name,
    environment,
    sandboxId,
    version: row.version,
    firstStartMs: row.first_start_ms,
    lastStartMs: row.last_start_ms,
    lastEndMs: row.last_end_ms,
    invocations: Number(row.runs),
    mostConcurrent: Number(row.concurrent),
    coldStarts: row.colds,
    processes: row.processes,
    facts,
  };
}

/** Merges the sandboxes of disjoint sets of invocations, the latest used first. */
function merge(sealed: readonly LifeRow[], others: readonly (readonly LifeRow[])[]): readonly LifeRow[] {
  const changed = new Map<string, LifeRow>();
  for (const row of others.flat()) {
    const known = changed.get(row.key);
    changed.set(row.key, known ? mergeRows(known, row) : row);
  }
  if (changed.size === 0) return sealed;
  const same: LifeRow[] = [];
  for (const row of sealed) {
    const more = changed.get(row.key);
    if (more) changed.set(row.key, mergeRows(row, more));
    else same.push(row);
  }
  return [...changed.values(), ...same].sort((a, b) => b.lastEndMs - a.lastEndMs);
}

function mergeRows(a: LifeRow, b: LifeRow): LifeRow {
  const [early, late] = a.lastStartMs <= b.lastStartMs ? [a, b] : [b, a];
  const firstStartMs = Math.min(a.firstStartMs, b.firstStartMs);
  const lastEndMs = Math.max(a.lastEndMs, b.lastEndMs);
  return {
    ...late,
    firstStartMs,
    lastEndMs,
    invocations: a.invocations + b.invocations,
    mostConcurrent: Math.max(a.mostConcurrent, b.mostConcurrent),
    coldStarts: [...a.coldStarts, ...b.coldStarts],
    processes: mergeProcesses(a.processes, b.processes),
    facts: mergeFacts(early.facts, late.facts, firstStartMs, lastEndMs),
  };
}

function mergeProcesses(a: readonly ProcessRow[], b: readonly ProcessRow[]): ProcessRow[] {
  const nameOf = ([sandboxId, ticks]: ProcessRow): string => `${sandboxId} ${ticks}`;
  const processes = new Map(a.map((row) => [nameOf(row), row]));
  for (const row of b) {
    const name = nameOf(row);
    const known = processes.get(name);
    // A process without ordinals has neither a lowest nor a highest.
    const isKnown = known !== undefined && known[4] !== '0';
    if (!isKnown) processes.set(name, row);
    else if (row[4] !== '0') processes.set(name, mergeProcess(known, row));
  }
  return [...processes.values()];
}

function mergeProcess([id, ticks, ...a]: ProcessRow, [, , ...b]: ProcessRow): ProcessRow {
  const lowest = Math.min(Number(a[0]), Number(b[0]));
  const highest = Math.max(Number(a[1]), Number(b[1]));
  return [id, ticks, String(lowest), String(highest), String(Number(a[2]) + Number(b[2]))];
}

/** The last reported value of each fact. */
function mergeFacts(
  early: SandboxFacts,
  late: SandboxFacts,
  firstStartMs: number,
  lastEndMs: number,
): SandboxFacts {
  const bootTime = joined(early.bootTime, late.bootTime);
  const memoryBytes = late.memoryBytes ?? early.memoryBytes;
  return {
    ...late,
    sandboxId: late.sandboxId || early.sandboxId,
    sandboxIdSource: late.sandboxIdSource || early.sandboxIdSource,
    instance: late.instance || early.instance,
    bootId: late.bootId || early.bootId,
    isolation: late.isolation || early.isolation,
    initTypes: [...new Set([...early.initTypes, ...late.initTypes])],
    declaredHostId: late.declaredHostId || early.declaredHostId,
    fingerprint: late.fingerprint || early.fingerprint,
    cpuModel: late.cpuModel || early.cpuModel,
    tellsOrdinals: late.tellsOrdinals || early.tellsOrdinals,
    ...(bootTime && { bootTime }),
    ...(memoryBytes !== undefined && { memoryBytes }),
    platform: late.platform || early.platform,
    region: late.region || early.region,
    accountId: late.accountId || early.accountId,
    firstStartMs,
    lastEndMs,
  };
}

function joined(a: SandboxFacts['bootTime'], b: SandboxFacts['bootTime']): SandboxFacts['bootTime'] {
  if (a === undefined || b === undefined) return a ?? b;
  return { minMs: Math.min(a.minMs, b.minMs), maxMs: Math.max(a.maxMs, b.maxMs) };
}
