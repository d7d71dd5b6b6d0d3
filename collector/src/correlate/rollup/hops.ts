import type { Store } from '../../store/index.ts';
import { Breather } from '../breather.ts';
import type { HopBounds } from '../hop-bounds.ts';
import type { Hops } from '../hops.ts';
import { groupBy, lifelineKey } from '../lifelines.ts';
import { filterParams } from '../scope.ts';
import type { Scope } from '../scope.ts';
import { wilson } from '../statistics.ts';
import { answerFrom } from '../window.ts';
import type { Window } from '../window.ts';
import type { Cover } from './cover.ts';
import type { Moves, MovesRow } from './moves.ts';
import { packMoves } from './moves.ts';
import { partsOf, recentParts } from './read.ts';
import { readSealed } from './sealed-cache.ts';
import { hopRows, hostKey } from './sql.ts';

/** Hops of a function counted from rollups; the stays are not kept there. */
export type HopTotals = Omit<Hops, 'sequence'>;

/** More cells of a transition matrix than these are not read. */
const MAX_CELLS = 150_000;

/** A window with the hops of its functions, where those are counted from rollups. */
export function loadHopTotals(
  store: Store,
  scope: Scope,
): Promise<{ window: Window; totals: ReadonlyMap<string, HopTotals> | undefined }> {
  return answerFrom(store, scope, 'hops', async (window, signal) => ({
    window,
    totals: window.cover && (await loadHops(store, window.cover, window, signal)),
  }));
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
    const found = await store.query<MovesRow>(movesOf(rows), { ...params, ...parts.params }, {}, signal);
    return found.map(packMoves);
  };
  const [sealed, raw] = await Promise.all([
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
    parts.raw ? read(`(SELECT bucket AS at, * FROM (${hopRows(parts.raw)}))`) : [],
  ]);
  const hostsOf = hostsByKey(window);
  const totals = new Map<string, HopTotals>();
  const breather = new Breather();
  const recent = recentParts(cover, window.scope).map(({ moves }) => moves);
  for (const [name, own] of groupBy([...sealed, ...raw, ...recent], (moves) => moves.function)) {
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
  const params = filterParams(window.scope);
  const read = async (rows: string): Promise<HopCount[]> => {
    const found = await store.query<{ f: string; n: string; e: HopCount['edges'] }>(
      `SELECT function AS f, sum(hops) AS n, groupArray((toString(at), first_host, last_host)) AS e
      FROM ${rows} GROUP BY function`,
      { ...params, ...parts.params },
      {},
      signal,
    );
    return found.map(({ f, n, e }) => ({ function: f, hops: Number(n), edges: e }));
  };
  const at = 'toInt64(toUnixTimestamp(bucket))';
  const [sealed, raw] = await Promise.all([
    readSealed(store, {
      name: 'hop counts',
      cover,
      parts,
      params,
      load: (condition) =>
        read(`(SELECT ${at} AS at, * FROM ${store.database}.function_rollup FINAL WHERE ${condition})`),
    }),
    parts.raw ? read(`(SELECT bucket AS at, * FROM (${hopRows(parts.raw)}))`) : [],
  ]);
  const recent = recentParts(cover, window.scope).map((part) => ({
    function: part.function,
    hops: part.hops,
    edges: part.moves.edges.map(([from, firstHost, , lastHost]) => [from, firstHost, lastHost] as const),
  }));
  return new Map(
    [...groupBy([...sealed, ...raw, ...recent], (row) => row.function)].map(([name, own]) => [
      name,
      own.reduce((sum, { hops }) => sum + hops, 0) + hopsBetween(own.flatMap(({ edges }) => edges)),
    ]),
  );
}

interface HopCount {
  readonly function: string;
  /** Inside buckets. */
  readonly hops: number;
  readonly edges: readonly (readonly [at: string, firstHost: string, lastHost: string])[];
}

/** Hops from one bucket to the next. */
function hopsBetween(edges: HopCount['edges']): number {
  let hops = 0;
  let before = '';
  for (const [, firstHost, lastHost] of [...edges].sort((a, b) => Number(a[0]) - Number(b[0]))) {
    if (before !== '' && firstHost !== '' && before !== firstHost) hops += 1;
    before = lastHost;
  }
  return hops;
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
