import type { Store } from '../../store/index.ts';
import { betweenSql, scopeParams } from '../scope.ts';
import type { Scope } from '../scope.ts';
import { planOf } from './plan-read.ts';
import { partsOf } from './read.ts';
import type { Parts } from './read.ts';
import type { ReadPlan, StoredReadPlan } from './read-plan.ts';
import { DURATION_BASE, FIRST_CALLS, IS_FIRST_CALL, NO_DURATION_BIN, STARTS_FORM, warmRows } from './sql.ts';

const MEDIAN_BIN = 'quantileExactWeightedArray(0.5)(duration_bins.1, duration_bins.2)';

/** Rows that a SELECT can read as a table, and the values of its parameters. */
export interface Rows {
  /** For FROM. */
  readonly sql: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/**
 * The invocations in a scope that were cold or the first of their process, with the columns of {@link FIRST_CALLS}. An
 * invocation received twice may be there twice.
 *
 * @param plan of the scope, if there is one already
 */
export async function firstCallsIn(store: Store, scope: Scope, plan?: ReadPlan): Promise<Rows> {
  const { database } = store;
  const { sealed, raw, params } = await startsOf(store, scope, plan);
  const columns = FIRST_CALLS.join(', ');
  const between = betweenSql('start');
  const parts = [
    `SELECT ${columns} FROM ${database}.first_calls FINAL WHERE ${sealed} AND ${between}`,
    ...(raw
      ? [
          `SELECT ${columns} FROM ${database}.invocations WHERE ${raw.where} AND ${between} AND ${IS_FIRST_CALL}`,
        ]
      : []),
  ];
  return { sql: `(${parts.join(' UNION ALL ')})`, params: { ...scopeParams(scope), ...params } };
}

/**
 * The rollup of sandboxes and the invocations after it, for columns that both have.
 *
 * @param columns of `sandboxes`, each with the expression for one invocation
 */
export async function sandboxesIn(
  store: Store,
  scope: Scope,
  columns: Readonly<Record<string, string>>,
): Promise<Rows> {
  const { database } = store;
  const { sealed, raw, params } = await startsOf(store, scope);
  const names = Object.keys(columns);
  const own = Object.entries(columns).map(([name, expression]) => `${expression} AS ${name}`);
  const parts = [
    `SELECT ${names.join(', ')} FROM ${database}.sandboxes FINAL WHERE ${sealed}`,
    ...(raw ? [`SELECT ${own.join(', ')} FROM ${database}.invocations WHERE ${raw.where}`] : []),
  ];
  return { sql: `(${parts.join(' UNION ALL ')})`, params: { ...scopeParams(scope), ...params } };
}

/**
 * Durations of the successful warm calls in a scope: `function`, `version`, `memory_limit_bytes` (0 if unknown),
 * `cpu_model`, and `duration_bins` for {@link WARM_CALLS}. Whole buckets are read, so the scope should be that of a plan.
 */
export async function warmCallsIn(store: Store, scope: Scope, plan?: ReadPlan): Promise<Rows> {
  const { database } = store;
  const { sealed, raw, params } = await startsOf(store, scope, plan);
  const columns = 'function, version, memory_limit_bytes, cpu_model, duration_bins';
  const parts = [
    `SELECT ${columns} FROM ${database}.warm_rollup FINAL WHERE ${sealed}`,
    ...(raw ? [`SELECT ${columns} FROM (${warmRows(raw)})`] : []),
  ];
  return { sql: `(${parts.join(' UNION ALL ')})`, params: { ...scopeParams(scope), ...params } };
}

/** Over {@link warmCallsIn}: the number of calls, and their median duration in ms. */
export const WARM_CALLS = {
  count: 'sum(arraySum(duration_bins.2))',
  medianMs: `if(${MEDIAN_BIN} = ${NO_DURATION_BIN}, 0, pow(${DURATION_BASE}, ${MEDIAN_BIN}))`,
} as const;

async function startsOf(store: Store, scope: Scope, known?: ReadPlan): Promise<Parts> {
  const plan = known ? withoutMemory(known) : await planOf(store, scope.fromMs, scope.toMs);
  return partsOf(store.database, sealedSince(plan, STARTS_FORM), scope);
}

/** A plan that reads from the store what memory has: first calls are not kept there. */
function withoutMemory({ recent = [], ...plan }: ReadPlan): StoredReadPlan {
  const [first] = recent;
  if (first === undefined) return plan;
  return { ...plan, raw: [...plan.raw, { fromMs: first.from * 1000, toMs: plan.toMs }] };
}

/** A plan that reads buckets of an older form from the invocations. */
function sealedSince(plan: StoredReadPlan, form: number): StoredReadPlan {
  const older = plan.sealed.filter((run) => run.form < form);
  return {
    ...plan,
    sealed: plan.sealed.filter((run) => run.form >= form),
    raw: [...plan.raw, ...older.map(({ from, to }) => ({ fromMs: from * 1000, toMs: to * 1000 }))],
    // A bucket that is read as a whole must not be read again for single functions.
    dirty: plan.dirty.filter(({ from }) => !older.some((run) => run.from <= from && from < run.to)),
  };
}
