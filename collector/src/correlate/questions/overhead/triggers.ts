import { estimate } from '../../../schema/index.ts';
import type { EstimateValue } from '../../../schema/index.ts';
import { ascending, quantileInterval } from '../../../statistics/index.ts';
import type { Store } from '../../../store/index.ts';
import { DEPLOYMENT_COLUMNS, deploymentKey } from '../../deployment-sql.ts';
import type { DeploymentRow } from '../../deployment-sql.ts';
import { NAMES_ITSELF } from '../../invocation-sql.ts';
import { betweenSql, filterSql, scopeParams } from '../../scope.ts';
import type { Scope } from '../../scope.ts';

/** How long events of one source take to reach their handler. */
export interface TriggerDelay {
  /** Field of the event with its time, such as `sqs.SentTimestamp`. */
  readonly source: string;
  /** `sync`, `async`, `poll`; empty if the event does not show it. */
  readonly mode: string;
  readonly n: number;
  readonly p50Ms: EstimateValue;
  readonly p95Ms: EstimateValue;
}

/** Most delays of a source behind the quantiles, the newest. */
const MAX_DELAYS = 5_000;

/** Delays by deployment, in the form of `deploymentKey`, and by source. */
export async function loadTriggerDelays(
  store: Store,
  scope: Scope,
): Promise<ReadonlyMap<string, { readonly row: DeploymentRow; readonly delays: readonly TriggerDelay[] }>> {
  const rows = await store.query<
    DeploymentRow & { source: string; mode: string; n: string; delays: number[] }
  >(
    `SELECT ${DEPLOYMENT_COLUMNS}, source, mode, count() AS n, groupArraySorted(${MAX_DELAYS})((negated, delay)).2 AS delays
    FROM (
      SELECT ${DEPLOYMENT_COLUMNS}, trigger_delay_source AS source, invocation_mode AS mode, trigger_delay_ms AS delay,
        -toUnixTimestamp64Nano(start) AS negated
      FROM ${store.database}.invocations FINAL
      WHERE ${betweenSql('start')}${filterSql(scope)} AND ${NAMES_ITSELF} AND trigger_delay_ms IS NOT NULL
    )
    GROUP BY ${DEPLOYMENT_COLUMNS}, source, mode ORDER BY n DESC, source, mode LIMIT 1000`,
    scopeParams(scope),
  );
  const found = new Map<string, { row: DeploymentRow; delays: TriggerDelay[] }>();
  for (const row of rows) {
    const sorted = row.delays.toSorted(ascending);
    const key = deploymentKey(row);
    const own = found.get(key) ?? { row, delays: [] };
    found.set(key, own);
    own.delays.push({
      source: row.source,
      mode: row.mode,
      n: Number(row.n),
      p50Ms: quantileOf(sorted, 0.5),
      p95Ms: quantileOf(sorted, 0.95),
    });
  }
  return found;
}

function quantileOf(sorted: readonly number[], q: number): EstimateValue {
  const { value, low, high, n } = quantileInterval(sorted, q);
  return estimate(n, value, low, high);
}
