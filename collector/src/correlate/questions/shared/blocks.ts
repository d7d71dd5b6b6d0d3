import { IS_COLD } from '../../invocation-sql.ts';
import type { Store } from '../../../store/index.ts';
import { minutesOf, recentMinutes } from '../../rollup/counts.ts';
import { partsOf } from '../../rollup/read.ts';
import { betweenSql, filterParams, filterSql, scopeParams, toNanos } from '../../scope.ts';
import type { Window } from '../../window.ts';

/** Calls of a function in one stretch of time. */
export interface Block {
  /** ms since the epoch. */
  readonly startMs: number;
  readonly cold: number;
  readonly warm: number;
  readonly invocations: number;
}

export interface Blocks {
  readonly widthMs: number;
  /** Per function, ascending; stretches without a call are omitted. */
  readonly functions: ReadonlyMap<string, readonly Block[]>;
}

const MINUTE_MS = 60_000;
/** Most stretches in a range. */
const MOST_BLOCKS = 480;

/** A function with its blocks. A row for each block would be too many from some hundred functions on. */
interface Row {
  readonly f: string;
  readonly blocks: readonly (readonly [index: number, invocations: number, cold: number, warm: number])[];
}

/** Rows of that form, from a SELECT of `f`, `b`, `n`, `c` and `w`. */
const byFunctionSql = (blocks: string): string =>
  `SELECT f, groupArray((toInt32(b), toUInt32(n), toUInt32(c), toUInt32(w))) AS blocks FROM (${blocks}) GROUP BY f`;

/** Cold and warm calls of each function over time, from rollups if the window was read from them. */
export async function loadBlocks(
  store: Store,
  { scope, plan }: Pick<Window, 'scope' | 'plan'>,
): Promise<Blocks> {
  const exactMs = Math.max(1_000, Math.ceil((scope.toMs - scope.fromMs) / MOST_BLOCKS));
  const widthMs = plan ? Math.ceil(exactMs / MINUTE_MS) * MINUTE_MS : exactMs;
  const originMs = plan ? Math.floor(scope.fromMs / MINUTE_MS) * MINUTE_MS : scope.fromMs;
  const rows = plan
    ? await store.query<Row>(
        byFunctionSql(`SELECT function AS f, intDiv(at - {first:Int64}, {width:Int64}) AS b, sum(invocations) AS n, sum(cold) AS c, sum(warm) AS w
        FROM (${minutesOf(store, plan, scope)})
        GROUP BY f, b`),
        {
          ...filterParams(scope),
          ...partsOf(store.database, plan, scope).params,
          first: originMs / MINUTE_MS,
          width: widthMs / MINUTE_MS,
        },
      )
    : await store.query<Row>(
        byFunctionSql(`SELECT function AS f, intDiv(toUnixTimestamp64Nano(start) - {from:Int64}, {width:Int64}) AS b, count() AS n,
          countIf(${IS_COLD} = true) AS c, countIf(${IS_COLD} = false) AS w
        FROM ${store.database}.invocations FINAL
        WHERE ${betweenSql('start')}${filterSql(scope)}
        GROUP BY f, b`),
        { ...scopeParams(scope), width: toNanos(widthMs) },
      );
  const functions = new Map<string, Map<number, Block>>();
  const add = (name: string, index: number, cold: number, warm: number, invocations: number): void => {
    const own = functions.get(name) ?? new Map<number, Block>();
    functions.set(name, own);
    const known = own.get(index);
    own.set(index, {
      startMs: originMs + index * widthMs,
      cold: cold + (known?.cold ?? 0),
      warm: warm + (known?.warm ?? 0),
      invocations: invocations + (known?.invocations ?? 0),
    });
  };
  for (const { f, blocks } of rows) for (const [index, n, cold, warm] of blocks) add(f, index, cold, warm, n);
  for (const { function: name, minute, cold, warm, invocations } of plan ? recentMinutes(plan, scope) : []) {
    add(name, Math.floor((minute * MINUTE_MS - originMs) / widthMs), cold, warm, invocations);
  }
  return {
    widthMs,
    functions: new Map(
      [...functions].map(([name, own]) => [name, [...own.values()].sort((a, b) => a.startMs - b.startMs)]),
    ),
  };
}

/** Merges calls into wider stretches. */
export function widened(blocks: readonly Block[], fromMs: number, widthMs: number): Block[] {
  const wide = new Map<number, Block>();
  for (const { startMs, cold, warm, invocations } of blocks) {
    const index = Math.floor((startMs - fromMs) / widthMs);
    const known = wide.get(index);
    wide.set(index, {
      startMs: fromMs + index * widthMs,
      cold: cold + (known?.cold ?? 0),
      warm: warm + (known?.warm ?? 0),
      invocations: invocations + (known?.invocations ?? 0),
    });
  }
  return [...wide.values()].sort((a, b) => a.startMs - b.startMs);
}
