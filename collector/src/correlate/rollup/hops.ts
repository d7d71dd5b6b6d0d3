import type { Store } from '../../store/index.ts';
import { Breather } from '../breather.ts';
import type { HopBounds } from '../hop-bounds.ts';
import type { Hops } from '../hops.ts';
import { groupBy, lifelineKey } from '../lifelines.ts';
import { filterParams } from '../scope.ts';
import { wilson } from '../statistics.ts';
import type { Window } from '../window.ts';
import type { Cover } from './cover.ts';
import { partsOf } from './read.ts';
import { readSealed } from './sealed-cache.ts';
import { hopRows, hostKey } from './sql.ts';

/** Hops of a function counted from rollups; the stays are not kept there. */
export type HopTotals = Omit<Hops, 'sequence'>;

/** More cells of a transition matrix than these are not read. */
const MAX_CELLS = 150_000;

/** What the invocations of one function tell of its moves, by what each told of its host. */
interface Moves {
  readonly function: string;
  /** What was told; the cells name it by its place here. */
  readonly names: readonly string[];
  /** Source, target, pairs, of them in another sandbox, of them of certain order: five numbers a cell. */
  readonly cells: Uint32Array;
  /** By bucket: host and sandbox of the first and of the last invocation. */
  readonly edges: readonly Edge[];
  readonly weight: number;
}

type Edge = readonly [
  at: string,
  firstHost: string,
  firstSandbox: string,
  lastHost: string,
  lastSandbox: string,
];

interface Row {
  readonly f: string;
  /** Source, target, pairs, of them in another sandbox, of them of certain order. */
  readonly t: readonly (readonly [string, string, string, string, string])[];
  readonly e: readonly Edge[];
}

/**
 * Hops of every function of a window that is read from rollups.
 *
 * The bounds take each pair next to an overlap as unknown: wider than from the single calls, and never wrong.
 */
export async function loadHops(
  store: Store,
  cover: Cover,
  window: Window,
  signal?: AbortSignal,
): Promise<Map<string, HopTotals>> {
  const { version, region } = window.scope;
  const isPart = version !== undefined || region !== undefined;
  // The order of some of the invocations is not kept: those of one version or region are read again.
  const parts = isPart
    ? partsOf(store.database, { ...cover, sealed: [], dirty: [], raw: [cover] }, window.scope)
    : partsOf(store.database, cover, window.scope);
  const params = filterParams(window.scope);
  const read = async (rows: string): Promise<Moves[]> => {
    const found = await store.query<Row>(movesOf(rows), { ...params, ...parts.params }, {}, signal);
    return found.map(pack);
  };
  const [sealed, recent] = await Promise.all([
    isPart
      ? []
      : readSealed(store, {
          name: 'hops',
          cover,
          parts,
          params,
          load: (condition) =>
            read(
              `(SELECT toUnixTimestamp(bucket) AS at, * FROM ${store.database}.function_rollup FINAL WHERE ${condition})`,
            ),
        }),
    parts.raw
      ? read(`(SELECT bucket * ${parts.raw.widthSeconds} AS at, * FROM (${hopRows(parts.raw)}))`)
      : [],
  ]);
  const hostsOf = hostsByKey(window);
  const totals = new Map<string, HopTotals>();
  const breather = new Breather();
  for (const [name, own] of groupBy([...sealed, ...recent], (moves) => moves.function)) {
    await breather.pause();
    totals.set(name, total(own, hostsOf.get(name) ?? new Map(), window));
  }
  return totals;
}

/** {@link Moves} of rows of a rollup. */
function movesOf(rows: string): string {
  return `WITH buckets AS (SELECT function, toInt64(at) AS at, transitions, first_host, first_sandbox, last_host, last_sandbox
      FROM ${rows})
    SELECT f, t, e
    FROM (
      SELECT function AS f, groupArray((source, target, pairs, moved, certain)) AS t
      FROM (
        SELECT function, cell.1 AS source, cell.2 AS target, sum(cell.3) AS pairs, sum(cell.4) AS moved, sum(cell.5) AS certain
        FROM buckets ARRAY JOIN transitions AS cell
        GROUP BY function, source, target
        LIMIT ${MAX_CELLS}
      )
      GROUP BY function
    ) AS cells
    RIGHT JOIN (
      SELECT function AS f, arraySort(groupArray((at, first_host, first_sandbox, last_host, last_sandbox))) AS e
      FROM buckets
      GROUP BY function
    ) AS edges USING (f)`;
}

function pack({ f, t, e }: Row): Moves {
  const places = new Map<string, number>();
  const place = (name: string): number => {
    const known = places.get(name) ?? places.size;
    places.set(name, known);
    return known;
  };
  const cells = Uint32Array.from(
    t.flatMap(([source, target, pairs, moved, certain]) => [
      place(source),
      place(target),
      Number(pairs),
      Number(moved),
      Number(certain),
    ]),
  );
  return {
    function: f,
    names: [...places.keys()],
    cells,
    edges: e,
    weight: Math.ceil(t.length / 10) + e.length,
  };
}

/** By function: the host a sandbox was judged to be on by what its invocations tell. */
function hostsByKey({ facts, hosts }: Window): Map<string, Map<string, string>> {
  const byFunction = new Map<string, Map<string, string>>();
  for (const [name, own] of groupBy([...facts.values()], (fact) => fact.function)) {
    const ids = own.map((fact) => [hostKey(fact), hosts.get(fact.key ?? lifelineKey(fact))?.id] as const);
    byFunction.set(name, new Map(ids.filter((entry): entry is [string, string] => entry[1] !== undefined)));
  }
  return byFunction;
}

interface Cell {
  readonly from: string;
  readonly to: string;
  count: number;
}

function total(own: readonly Moves[], hosts: ReadonlyMap<string, string>, window: Window): HopTotals {
  const cells = new Map<string, Map<string, Cell>>();
  const all: Cell[] = [];
  const sum = { pairs: 0, hops: 0, sandboxHops: 0, certainPairs: 0, certainHops: 0 };
  const add = (
    from: string | undefined,
    to: string | undefined,
    pairs: number,
    moved: number,
    certain: number,
  ): void => {
    if (from === undefined || to === undefined) return;
    sum.pairs += pairs;
    sum.certainPairs += certain;
    if (from === to) sum.sandboxHops += moved;
    else {
      sum.hops += pairs;
      sum.certainHops += certain;
    }
    const line = cells.get(from) ?? new Map<string, Cell>();
    cells.set(from, line);
    const known = line.get(to);
    if (known) known.count += pairs;
    else {
      const cell = { from, to, count: pairs };
      line.set(to, cell);
      all.push(cell);
    }
  };
  for (const moves of own) {
    const ids = moves.names.map((name) => hosts.get(name));
    const at = (index: number): number => moves.cells[index] ?? 0;
    for (let index = 0; index < moves.cells.length; index += 5)
      add(ids[at(index)], ids[at(index + 1)], at(index + 2), at(index + 3), at(index + 4));
  }
  const edges = own.flatMap((moves) => moves.edges).sort((a, b) => Number(a[0]) - Number(b[0]));
  for (const [at, [, firstHost, firstSandbox]] of edges.entries()) {
    const [, , , lastHost, lastSandbox] = edges[at - 1] ?? [];
    if (lastHost === undefined) continue;
    add(hosts.get(lastHost), hosts.get(firstHost), 1, lastSandbox === firstSandbox ? 0 : 1, 0);
  }
  const { certainPairs, certainHops, ...counts } = sum;
  return {
    ...counts,
    bounds: { low: certainHops, high: certainHops + counts.pairs - certainPairs } satisfies HopBounds,
    rate: wilson(counts.hops, counts.pairs),
    ...shares(own[0]?.function ?? '', window),
    transitions: all.sort((a, b) => b.count - a.count),
  };
}

/** Invocations on known hosts, and the rate to expect if each were placed independently. */
function shares(name: string, { functions, hosts }: Window): { known: number; independentRate?: number } {
  const perHost = new Map<string, number>();
  let known = 0;
  for (const life of functions.get(name)?.lives ?? []) {
    const host = hosts.get(life.key)?.id;
    if (host === undefined) continue;
    known += life.count;
    perHost.set(host, (perHost.get(host) ?? 0) + life.count);
  }
  if (known === 0) return { known };
  const repeat = [...perHost.values()].reduce((total, count) => total + (count / known) ** 2, 0);
  return { known, independentRate: 1 - repeat };
}

/**
 * Only the number of hops of each function, summed where the rows are. Undefined where some key is of no known host,
 * or two are of one: then the pairs have to be looked at.
 */
export async function loadHopCounts(
  store: Store,
  cover: Cover,
  window: Window,
  signal?: AbortSignal,
): Promise<Map<string, number> | undefined> {
  const { version, region } = window.scope;
  if (version !== undefined || region !== undefined || !keysAreHosts(window)) return undefined;
  const parts = partsOf(store.database, cover, window.scope, ['function']);
  const columns = 'function, hops, first_host, last_host';
  const raw = parts.raw
    ? ` UNION ALL SELECT bucket * ${parts.raw.widthSeconds} AS at, ${columns} FROM (${hopRows(parts.raw)})`
    : '';
  const rows = await store.query<{ f: string; n: string }>(
    `SELECT function AS f, sum(hops) + arrayCount((a, b) -> a.2 != '' AND b.3 != '' AND a.2 != b.3,
        arrayPopFront(arraySort(groupArray((at, first_host, last_host))) AS edges), arrayPopBack(edges)) AS n
    FROM (SELECT toInt64(toUnixTimestamp(bucket)) AS at, ${columns}
      FROM ${store.database}.function_rollup FINAL WHERE ${parts.sealed}${raw})
    GROUP BY function`,
    { ...filterParams(window.scope), ...parts.params },
    {},
    signal,
  );
  return new Map(rows.map(({ f, n }) => [f, Number(n)]));
}

function keysAreHosts({ facts, hosts }: Window): boolean {
  const idOf = new Map<string, string>();
  for (const [key, fact] of facts) {
    const isPrivate =
      fact.isolation === 'microvm' || fact.isolation === 'gvisor' || fact.initTypes.includes('restored');
    if (fact.declaredHostId === '' && (fact.bootId === '' || isPrivate)) continue;
    const id = hosts.get(key)?.id;
    const told = fact.declaredHostId === '' ? fact.bootId : hostKey(fact);
    const known = idOf.get(told);
    if (id === undefined || (known !== undefined && known !== id)) return false;
    idOf.set(told, id);
  }
  return new Set(idOf.values()).size === idOf.size;
}
