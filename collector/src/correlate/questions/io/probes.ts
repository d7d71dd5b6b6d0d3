import * as semconv from '@sandscope/probes/semconv';
import { estimate } from '../../../schema/index.ts';
import type { EstimateValue } from '../../../schema/index.ts';
import { ascending, quantileInterval } from '../../../statistics/index.ts';
import type { Store } from '../../../store/index.ts';
import { DEPLOYMENT_COLUMNS, deploymentKey } from '../../deployment-sql.ts';
import type { DeploymentRow } from '../../deployment-sql.ts';
import { betweenSql, filterSql, scopeParams } from '../../scope.ts';
import type { Scope } from '../../scope.ts';
import { DEPLOYMENT_OF_SPAN, resourceText } from '../../span-sql.ts';

/** A result of the active probes at one memory size. */
export interface ProbeFigure {
  readonly memoryMb: number;
  /** Attribute without `sandscope.probe.`, such as `disk.sync_ms`; its name ends in its unit. */
  readonly figure: string;
  readonly p50: EstimateValue;
}

const PREFIX = 'sandscope.probe.';
/** Most values behind a median. */
const MAX_VALUES = 2_000;

/** Medians of the active probes' measurements, by deployment in the form of `deploymentKey`. */
export async function loadProbes(
  store: Store,
  scope: Scope,
): Promise<ReadonlyMap<string, readonly ProbeFigure[]>> {
  const names = [semconv.SPAN_PROBE_DISK, semconv.SPAN_PROBE_NETWORK, semconv.SPAN_PROBE_CPU];
  const rows = await store.query<DeploymentRow & { mb: string; figure: string; found: number[] }>(
    `SELECT ${DEPLOYMENT_COLUMNS}, mb, substring(pair.1, ${PREFIX.length + 1}) AS figure,
      groupArraySorted(${MAX_VALUES})((later, assumeNotNull(toFloat64OrNull(pair.2)))).2 AS found
    FROM (
      SELECT ${DEPLOYMENT_OF_SPAN}, -toUnixTimestamp64Nano(Timestamp) AS later,
        intDiv(toUInt64(ifNull(toFloat64OrNull(${resourceText(semconv.ATTR_FAAS_MAX_MEMORY)}), 0)), 1048576) AS mb,
        arrayJoin(arrayFilter(p -> startsWith(p.1, '${PREFIX}') AND toFloat64OrNull(p.2) IS NOT NULL,
          arrayZip(mapKeys(SpanAttributes), mapValues(SpanAttributes)))) AS pair
      FROM ${store.database}.otel_traces
      WHERE SpanName IN {names:Array(String)} AND ${betweenSql('Timestamp')}${filterSql(scope)}
    )
    GROUP BY ${DEPLOYMENT_COLUMNS}, mb, figure ORDER BY ${DEPLOYMENT_COLUMNS}, mb, figure LIMIT 5000`,
    { ...scopeParams(scope), names },
  );
  const found = new Map<string, ProbeFigure[]>();
  for (const row of rows) {
    const { value, low, high, n } = quantileInterval(row.found.toSorted(ascending), 0.5);
    const own = found.get(deploymentKey(row)) ?? [];
    found.set(deploymentKey(row), own);
    own.push({ memoryMb: Number(row.mb), figure: row.figure, p50: estimate(n, value, low, high) });
  }
  return found;
}
