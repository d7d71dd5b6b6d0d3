import type { QueryLimits, Store } from '../../store/index.ts';
import type { SandboxFacts } from '../hosts.ts';
import { lifelineKey } from '../lifelines.ts';
import { filterParams, millisSql } from '../scope.ts';
import type { Scope } from '../scope.ts';
import type { Cover } from './cover.ts';
import type { LivesUnit } from './recent.ts';
import { partsOf } from './read.ts';
import { readSealed } from './sealed-cache.ts';
import { FACTS, sandboxRows } from './sql.ts';

/** More sandboxes than one question looks at; beyond that the latest used are taken. */
export const MAX_SANDBOXES = 100_000;
const LIMITS: QueryLimits = { maxRows: MAX_SANDBOXES + 1 };

/** One sandbox of one function through a stretch of time, however much it was used. */
export interface LifeRow {
  readonly key: string;
  readonly function: string;
  readonly sandboxId: string;
  readonly version: string;
  readonly firstStartMs: number;
  readonly lastStartMs: number;
  readonly lastEndMs: number;
  readonly invocations: number;
  readonly mostConcurrent: number;
  readonly exportMaxMs: number;
  /** Start and initialisation of what started cold; the latter below 0 where it is not known. */
  readonly coldStarts: readonly (readonly [startMs: number, initMs: number])[];
  /** First start and latest end in each bucket, ascending. */
  readonly stays: readonly Stay[];
  /** Gaps across the edges of buckets, ms; the others are counted with the function. */
  readonly seamGapsMs: readonly number[];
  readonly processes: readonly ProcessRow[];
  /** What it told of its kernel and host. */
  readonly facts: SandboxFacts;
}

export type ProcessRow = readonly [ticks: string, ordinalMin: string, ordinalMax: string, seen: string];

type Stay = readonly [fromMs: number, toMs: number];

/** A sandbox as the engine tells it. */
export interface Row {
  readonly f: string;
  readonly s: string;
  readonly v: string;
  readonly b: number;
  readonly l: number;
  readonly e: number;
  readonly n: string;
  readonly c: string;
  readonly x: number;
  readonly k: readonly (readonly [number, number])[];
  readonly y: readonly Stay[];
  readonly p: readonly ProcessRow[];
  readonly r: string;
  readonly t: readonly string[];
  readonly h: readonly string[];
}

/** Sandboxes used in the scope, the latest used first; more than {@link MAX_SANDBOXES} when there are more. */
export async function loadLives(
  store: Store,
  cover: Cover<LivesUnit>,
  scope: Scope,
  signal?: AbortSignal,
): Promise<readonly LifeRow[]> {
  const parts = partsOf(store.database, cover, scope);
  const params = filterParams(scope);
  const read = async (rows: string): Promise<LifeRow[]> => {
    const found = await store.query<Row>(livesSql(rows), { ...params, ...parts.params }, LIMITS, signal);
    return found.map(lifeRow);
  };
  const [sealed, raw] = await Promise.all([
    readSealed(store, {
      name: 'lives',
      cover,
      parts,
      params,
      load: (condition) => read(`${store.database}.sandboxes FINAL WHERE ${condition}`),
    }),
    parts.raw ? read(`(${sandboxRows(parts.raw)})`) : [],
  ]);
  const recent = (cover.recent ?? []).map(({ lives }) =>
    scope.function === undefined ? lives : lives.filter((life) => life.function === scope.function),
  );
  return merge(sealed, [raw, ...recent]);
}

/**
 * A row for each sandbox of each function in the rows of a rollup.
 *
 * @param unit a column to tell its values apart by, as `u`
 */
export function livesSql(rows: string, unit?: string): string {
  const [told, by] = unit === undefined ? ['', ''] : [`${unit} AS u, `, `${unit}, `];
  const last = (column: string): string =>
    `argMaxIf(${column}, last_start_ns, ${column} != '') AS last_${column}`;
  const latest = (column: string): string => `argMaxIf(last_${column}, last_start, last_${column} != '')`;
  return `SELECT ${told}function AS f, sandbox_id AS s, argMax(last_version, last_start) AS v, ${millisSql('min(first)')} AS b,
      ${millisSql('max(last_start)')} AS l, ${millisSql('max(last)')} AS e, sum(runs) AS n, max(concurrent) AS c,
      max(export) AS x,
      arrayMap(t -> (${millisSql('t.1')}, t.2), arrayDistinct(arrayFlatten(groupArray(colds)))) AS k,
      arrayMap(t -> (${millisSql('t.1')}, ${millisSql('t.2')}), arraySort(arrayFlatten(groupArray(stays)))) AS y,
      groupArray((process, lowest, highest, seen)) AS p, ${latest('region')} AS r, groupUniqArrayArray(inits) AS t,
      [${FACTS.map(latest).join(', ')}] AS h
    FROM (
      SELECT ${by}function, sandbox_id, process, argMax(version, last_start_ns) AS last_version,
        max(last_start_ns) AS last_start, min(first_ns) AS first, max(last_end_ns) AS last, sum(invocations) AS runs,
        max(most_concurrent) AS concurrent, max(export_ms_max) AS export,
        arrayFlatten(groupArray(cold_starts)) AS colds, groupArray((first_ns, last_end_ns)) AS stays,
        minIf(ordinal_min, ordinals > 0) AS lowest, max(ordinal_max) AS highest, sum(ordinals) AS seen,
        ${['region', ...FACTS].map(last).join(', ')}, groupUniqArrayArray(init_types) AS inits
      FROM ${rows}
      GROUP BY ${by}function, sandbox_id, process
    )
    GROUP BY ${by}function, sandbox_id
    ORDER BY e DESC
    LIMIT ${MAX_SANDBOXES + 1}`;
}

export function lifeRow(row: Row): LifeRow {
  const [instance = '', bootId = '', isolation = '', declaredHostId = '', platform = '', accountId = ''] =
    row.h;
  const key = lifelineKey({ function: row.f, sandboxId: row.s });
  const facts = {
    key,
    function: row.f,
    sandboxId: row.s,
    instance,
    bootId,
    isolation,
    initTypes: row.t,
    declaredHostId,
    platform,
    region: row.r,
    accountId,
    firstStartMs: row.b,
    lastEndMs: row.e,
  };
  return {
    key,
    function: row.f,
    sandboxId: row.s,
    version: row.v,
    firstStartMs: row.b,
    lastStartMs: row.l,
    lastEndMs: row.e,
    invocations: Number(row.n),
    mostConcurrent: Number(row.c),
    exportMaxMs: row.x,
    coldStarts: row.k,
    stays: row.y,
    seamGapsMs: seamGaps(row.y),
    processes: row.p,
    facts,
  };
}

/** Start of each stay less the latest end before it, where that is a gap. */
function seamGaps(stays: readonly Stay[]): number[] {
  return stays.flatMap(([fromMs], at) => {
    const gapMs = fromMs - (stays[at - 1]?.[1] ?? Infinity);
    return gapMs > 0 ? [gapMs] : [];
  });
}

/** The sandboxes of disjoint sets of invocations, the latest used first. */
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
  const stays = [...a.stays, ...b.stays].sort(([x], [y]) => x - y);
  return {
    ...late,
    firstStartMs,
    lastEndMs,
    invocations: a.invocations + b.invocations,
    mostConcurrent: Math.max(a.mostConcurrent, b.mostConcurrent),
    exportMaxMs: Math.max(a.exportMaxMs, b.exportMaxMs),
    coldStarts: [...a.coldStarts, ...b.coldStarts],
    stays,
    seamGapsMs: seamGaps(stays),
    processes: mergeProcesses(a.processes, b.processes),
    facts: mergeFacts(early.facts, late.facts, firstStartMs, lastEndMs),
  };
}

function mergeProcesses(a: readonly ProcessRow[], b: readonly ProcessRow[]): ProcessRow[] {
  const processes = new Map(a.map((row) => [row[0], row]));
  for (const row of b) {
    const known = processes.get(row[0]);
    // A process that told no ordinals has neither a lowest nor a highest.
    const isKnown = known !== undefined && known[3] !== '0';
    if (!isKnown) processes.set(row[0], row);
    else if (row[3] !== '0') processes.set(row[0], mergeProcess(known, row));
  }
  return [...processes.values()];
}

function mergeProcess([ticks, ...a]: ProcessRow, [, ...b]: ProcessRow): ProcessRow {
  const lowest = Math.min(Number(a[0]), Number(b[0]));
  const highest = Math.max(Number(a[1]), Number(b[1]));
  return [ticks, String(lowest), String(highest), String(Number(a[2]) + Number(b[2]))];
}

/** What was told last, of each fact. */
function mergeFacts(
  early: SandboxFacts,
  late: SandboxFacts,
  firstStartMs: number,
  lastEndMs: number,
): SandboxFacts {
  return {
    ...late,
    instance: late.instance || early.instance,
    bootId: late.bootId || early.bootId,
    isolation: late.isolation || early.isolation,
    initTypes: [...new Set([...early.initTypes, ...late.initTypes])],
    declaredHostId: late.declaredHostId || early.declaredHostId,
    platform: late.platform || early.platform,
    region: late.region || early.region,
    accountId: late.accountId || early.accountId,
    firstStartMs,
    lastEndMs,
  };
}
