import type { Store } from '../../store/index.ts';
import { TimeSlice } from '../time-slice.ts';
import type { FunctionUse } from '../function-use.ts';
import type { HopBounds } from '../hop-bounds.ts';
import { hopRates } from '../hop-rate.ts';
import type { HopBlock } from '../hop-rate.ts';
import type { Hops } from '../hops.ts';
import { hasPrivateKernel } from '../sandbox-facts.ts';
import { groupBy, lifelineKey } from '../lifelines.ts';
import type { HostOf, SandboxFacts } from '../sandbox-facts.ts';
import { filterParams, isPartOfFunctions } from '../scope.ts';
import type { Scope } from '../scope.ts';
import type { ReadPlan } from './read-plan.ts';
import type { Edge, Moves, MovesRow } from './moves.ts';
import { packMoves } from './moves.ts';
import { partsOf, recentParts } from './read.ts';
import { readSealed } from './sealed-cache.ts';
import { hopRows, hostKeys } from './sql.ts';

/** Hops of a function counted from rollups, which do not store the stays. */
export type HopTotals = Omit<Hops, 'sequence'>;

/** Most cells read of a transition matrix. */
const MAX_CELLS = 150_000;

/** The inputs of a window for counting hops. */
export interface PlacedWindow {
  readonly scope: Scope;
  readonly facts: ReadonlyMap<string, SandboxFacts>;
  /** By lifeline key. */
  readonly hosts: ReadonlyMap<string, HostOf>;
  readonly functions: ReadonlyMap<string, Pick<FunctionUse, 'lives'>>;
}

/**
 * Hops of every function of a window that is read from rollups.
 *
 * The bounds treat each pair next to an overlap as unknown: wider than bounds from the single calls, and never wrong.
 */
export async function loadHops(
  store: Store,
  plan: ReadPlan,
  window: PlacedWindow,
  signal?: AbortSignal,
): Promise<Map<string, HopTotals>> {
  const isPart = isPartOfFunctions(window.scope);
  // For some invocations the order is not stored: those of one version or deployment are read again.
  const parts = isPart
    ? partsOf(store.database, { ...plan, sealed: [], dirty: [], raw: [plan] }, window.scope)
    : partsOf(store.database, plan, window.scope);
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
          plan,
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
  const slice = new TimeSlice();
  const recent = recentParts(plan, window.scope).map(({ moves }) => moves);
  for (const [name, own] of groupBy([...sealed, ...raw, ...recent], (moves) => moves.function)) {
    await slice.pause();
    totals.set(name, total(own, hostsOf.get(name) ?? new Map(), window));
  }
  return totals;
}

/** {@link Moves} of rows of a rollup. */
function movesOf(rows: string): string {
  return `WITH buckets AS (SELECT function, toInt64(at) AS at, transitions, first_host, first_sandbox, last_host, last_sandbox,
        toString(pairs) AS pairs_inside, toString(hops) AS hops_inside
      FROM ${rows})
    SELECT function, transitions, edges
    FROM (
      SELECT function, groupArray((source, target, n, moved, certain)) AS transitions
      FROM (
        SELECT function, cell.1 AS source, cell.2 AS target, sum(cell.3) AS n, sum(cell.4) AS moved, sum(cell.5) AS certain
        FROM buckets ARRAY JOIN transitions AS cell
        GROUP BY function, source, target
        LIMIT ${MAX_CELLS}
      )
      GROUP BY function
    ) AS cells
    RIGHT JOIN (
      SELECT function,
        arraySort(groupArray((at, first_host, first_sandbox, last_host, last_sandbox, pairs_inside, hops_inside))) AS edges
      FROM buckets
      GROUP BY function
    ) AS ends USING (function)`;
}

/** Per function: the judged host of a sandbox, by the host key of its invocations. */
function hostsByKey({ facts, hosts }: PlacedWindow): Map<string, Map<string, string>> {
  const byFunction = new Map<string, Map<string, string>>();
  for (const [name, own] of groupBy([...facts.values()], (fact) => fact.function)) {
    const ids = own.flatMap((fact) => {
      const id = hosts.get(fact.key ?? lifelineKey(fact))?.id;
      return hostKeys(fact).map((told) => [told, id] as const);
    });
    byFunction.set(name, new Map(ids.filter((entry): entry is [string, string] => entry[1] !== undefined)));
  }
  return byFunction;
}

interface Cell {
  readonly from: string;
  readonly to: string;
  count: number;
}

function total(own: readonly Moves[], hosts: ReadonlyMap<string, string>, window: PlacedWindow): HopTotals {
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
  const inside = sum.pairs;
  const hopsInside = sum.hops;
  for (const [at, [, firstHost, firstSandbox]] of edges.entries()) {
    const [, , , lastHost, lastSandbox] = edges[at - 1] ?? [];
    if (lastHost === undefined) continue;
    add(hosts.get(lastHost), hosts.get(firstHost), 1, lastSandbox === firstSandbox ? 0 : 1, 0);
  }
  const { certainPairs, certainHops, ...counts } = sum;
  const { known, perHost } = placed(own[0]?.function ?? '', window);
  return {
    ...counts,
    bounds: { low: certainHops, high: certainHops + counts.pairs - certainPairs } satisfies HopBounds,
    known,
    ...hopRates(blocksOf(edges, counts, { pairs: inside, hops: hopsInside }), perHost.values()),
    transitions: all.sort((a, b) => b.count - a.count),
  };
}

/**
 * Pairs and hops bucket by bucket. The buckets count them by reported host keys; this scales them to the totals for the
 * judged hosts.
 */
function blocksOf(edges: readonly Edge[], total: HopBlock, inside: HopBlock): HopBlock[] {
  const told = edges.map(([, , , , , pairs, hops]) => ({ pairs: Number(pairs), hops: Number(hops) }));
  const sum = (of: (block: HopBlock) => number): number => told.reduce((all, block) => all + of(block), 0);
  const scale = (wanted: number, found: number): number => (found === 0 ? 0 : wanted / found);
  const perPair = scale(
    inside.pairs,
    sum(({ pairs }) => pairs),
  );
  const perHop = scale(
    inside.hops,
    sum(({ hops }) => hops),
  );
  const between = { pairs: total.pairs - inside.pairs, hops: total.hops - inside.hops };
  return [
    ...told.map(({ pairs, hops }) => ({ pairs: pairs * perPair, hops: hops * perHop })),
    ...(between.pairs > 0 ? [between] : []),
  ];
}

/** Invocations on known hosts. */
function placed(
  name: string,
  { functions, hosts }: PlacedWindow,
): { known: number; perHost: ReadonlyMap<string, number> } {
  const perHost = new Map<string, number>();
  let known = 0;
  for (const life of functions.get(name)?.lives ?? []) {
    const host = hosts.get(life.key)?.id;
    if (host === undefined) continue;
    known += life.count;
    perHost.set(host, (perHost.get(host) ?? 0) + life.count);
  }
  return { known, perHost };
}

/**
 * Only the number of hops of each function, summed in the engine. Undefined if some key has no known host, or two keys
 * belong to one host: then the pairs must be examined.
 */
export async function loadHopCounts(
  store: Store,
  plan: ReadPlan,
  window: PlacedWindow,
  signal?: AbortSignal,
): Promise<Map<string, number> | undefined> {
  if (isPartOfFunctions(window.scope) || !(await keysAreHosts(window))) return undefined;
  const parts = partsOf(store.database, plan, window.scope, ['function']);
  const params = filterParams(window.scope);
  const read = async (rows: string): Promise<HopCount[]> => {
    const found = await store.query<{ function: string; moves: string; edges: HopCount['edges'] }>(
      `SELECT function, sum(hops) AS moves, groupArray((toString(at), first_host, last_host)) AS edges
      FROM ${rows} GROUP BY function`,
      { ...params, ...parts.params },
      {},
      signal,
    );
    return found.map(({ function: name, moves, edges }) => ({ function: name, hops: Number(moves), edges }));
  };
  const at = 'toInt64(toUnixTimestamp(bucket))';
  const [sealed, raw] = await Promise.all([
    readSealed(store, {
      name: 'hop counts',
      plan,
      parts,
      params,
      load: (condition) =>
        read(`(SELECT ${at} AS at, * FROM ${store.database}.function_rollup FINAL WHERE ${condition})`),
    }),
    parts.raw ? read(`(SELECT bucket AS at, * FROM (${hopRows(parts.raw)}))`) : [],
  ]);
  const recent = recentParts(plan, window.scope).map((part) => ({
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

/** Hops between adjacent buckets. */
function hopsBetween(edges: HopCount['edges']): number {
  let hops = 0;
  let before = '';
  for (const [, firstHost, lastHost] of [...edges].sort((a, b) => Number(a[0]) - Number(b[0]))) {
    if (before !== '' && firstHost !== '' && before !== firstHost) hops += 1;
    before = lastHost;
  }
  return hops;
}

async function keysAreHosts({ facts, hosts }: PlacedWindow): Promise<boolean> {
  const idOf = new Map<string, string>();
  const slice = new TimeSlice();
  for (const [key, fact] of facts) {
    if (slice.isOver) await slice.pause();
    if (fact.environment === '' || (fact.declaredHostId === '' && hasPrivateKernel(fact))) continue;
    const id = hosts.get(key)?.id;
    for (const told of hostKeys(fact)) {
      const known = idOf.get(told);
      if (id === undefined || (known !== undefined && known !== id)) return false;
      idOf.set(told, id);
    }
  }
  return new Set(idOf.values()).size === idOf.size;
}
