import * as semconv from '@sandscope/probes/semconv';
import { billedMs, charge } from '../../../prices/index.ts';
import type { PricePlan } from '../../../prices/index.ts';
import { poisson } from '../../../statistics/index.ts';
import type { Store } from '../../../store/index.ts';
import { quote } from '../../../store/query-params.ts';
import { AHEAD } from '../../cold-cost/index.ts';
import { ENVIRONMENT } from '../../invocation-sql.ts';
import { betweenSql, filterSql, isPartOfFunctions, scopeParams } from '../../scope.ts';
import type { Scope } from '../../scope.ts';
import { DEPLOYMENT_OF_SPAN, spanNumber, spanText } from '../../span-sql.ts';
import { meanOf, productOf, scaled } from '../../estimate.ts';
import type { Estimated } from '../../estimate.ts';

/** The sandboxes of a function that were initialised before any call. */
export interface Proactive {
  /** Those that were called. */
  readonly used: number;
  /** Those that never were. */
  readonly unused: number;
  /** Those of them that reported the duration of their initialisation. */
  readonly idle: readonly Unused[];
}

interface Unused {
  readonly initMs: number;
  readonly memoryBytes?: number;
}

export interface ProactiveAnswer {
  readonly used: number;
  readonly unused: number;
  readonly unusedMs: Estimated;
  readonly unusedMsAMonth: Estimated;
  readonly unusedMoneyAMonth?: Estimated;
}

/** @param months the range, in months */
export function judgeProactive(
  { used, unused, idle }: Proactive,
  plan: PricePlan | undefined,
  months: number,
): ProactiveAnswer {
  const unusedMs = meanOf(idle.map(({ initMs }) => initMs));
  const count: Estimated =
    months > 0 ? scaled({ value: unused, ...poisson(unused), n: unused }, 1 / months) : { n: unused };
  const money = plan?.billing.initialisation === true ? idle.flatMap((own) => moneyOf(plan, own) ?? []) : [];
  return {
    used,
    unused,
    unusedMs,
    unusedMsAMonth: productOf(count, unusedMs),
    ...(money.length > 0 && { unusedMoneyAMonth: productOf(count, meanOf(money)) }),
  };
}

function moneyOf(plan: PricePlan, { initMs, memoryBytes }: Unused): number | undefined {
  const memoryGb = memoryBytes === undefined ? {} : { memoryGb: memoryBytes / 2 ** 30 };
  return charge(plan, { requests: 0, billedMs: billedMs(plan, 0, initMs), ...memoryGb })?.total;
}

interface UnusedRow {
  readonly f: string;
  readonly n: string;
  readonly idle: readonly (readonly [initMs: number | null, memoryBytes: number | null])[];
}

const MOST_UNUSED = 10_000;

/** Per function. */
export async function loadProactive(
  store: Store,
  scope: Scope,
  names: readonly string[],
): Promise<ReadonlyMap<string, Proactive>> {
  const params = scopeParams(scope);
  const isOne = `function IN (${names.map(quote).join(', ') || "''"})`;
  const found = new Map<string, Proactive>();
  const [used, ends] = await Promise.all([
    store.query<{ f: string; n: string }>(
      `SELECT function AS f, uniqExactIf(${ENVIRONMENT}, sandbox_id != '') AS n FROM ${store.database}.invocations
      WHERE ${betweenSql('start')}${filterSql(scope)} AND ${isOne} AND ordinal = 1 AND init_type IN (${[...AHEAD].map(quote).join(', ')})
      GROUP BY f`,
      params,
    ),
    store.query<{ f: string; n: string }>(
      `SELECT function AS f, uniqExact(sandbox_id) AS n FROM ${store.database}.sandbox_ends
      WHERE ${betweenSql('time')} AND ${isOne} AND last_ordinal = 0 GROUP BY f`,
      params,
    ),
  ]);
  for (const { f, n } of used) found.set(f, { used: Number(n), unused: 0, idle: [] });
  if (ends.length === 0) return found;
  // The table of ends has only the function, but is kept longer than the spans with the deployment and the
  // initialisation.
  const spans = await store.query<UnusedRow>(
    `SELECT function AS f, count() AS n, groupArray(${MOST_UNUSED})((init_ms, memory_bytes)) AS idle
    FROM (
      SELECT ${DEPLOYMENT_OF_SPAN}, ${spanNumber(semconv.ATTR_INIT_DURATION_MS)} AS init_ms,
        toFloat64OrNull(ResourceAttributes['${semconv.ATTR_FAAS_MAX_MEMORY}']) AS memory_bytes
      FROM ${store.database}.otel_traces
      PREWHERE ${betweenSql('Timestamp')} AND SpanName = ${quote(semconv.SPAN_SHUTDOWN)}
      WHERE ${spanText(semconv.ATTR_SHUTDOWN_LAST_ORDINAL)} = '0' AND ${isOne}${filterSql(scope)}
      LIMIT 1 BY ${spanText(semconv.ATTR_SANDBOX_ID)}
    )
    GROUP BY f`,
    params,
  );
  const counts = isPartOfFunctions(scope) ? spans : ends;
  for (const { f, n } of counts) {
    const idle = spans.find((own) => own.f === f)?.idle ?? [];
    found.set(f, { used: found.get(f)?.used ?? 0, unused: Number(n), idle: idle.flatMap(unusedOf) });
  }
  return found;
}

function unusedOf([initMs, memoryBytes]: UnusedRow['idle'][number]): Unused[] {
  if (initMs === null || initMs < 0) return [];
  return [{ initMs, ...(memoryBytes !== null && { memoryBytes }) }];
}
