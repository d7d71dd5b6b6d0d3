import * as semconv from '@sandscope/probes/semconv';
import { coldCostWhere, loadColdCostEvidence } from '../../cold-cost/index.ts';
import type { ColdCostEvidence } from '../../cold-cost/index.ts';
import { ENVIRONMENT } from '../../invocation-sql.ts';
import type { Store } from '../../../store/index.ts';
import { betweenSql, filterSql, scopeParams } from '../../scope.ts';
import type { Scope } from '../../scope.ts';
import { hasAttribute } from '../../span-sql.ts';

export interface ColdEvidence extends ColdCostEvidence {
  /** Sandboxes initialised before any call, per function: those that were called, and those that never were. */
  readonly proactive: ReadonlyMap<string, { readonly used: number; readonly unused: number }>;
  /** First time each tenant was seen, by the sandbox id of that call; only if tenants are reported. */
  readonly firstOfTenant: ReadonlySet<string>;
}

/** @param names functions in the answer */
export async function loadColdEvidence(
  store: Store,
  scope: Scope,
  names: readonly string[],
  invocations: number,
): Promise<ColdEvidence> {
  const [cost, proactive, firstOfTenant] = await Promise.all([
    loadColdCostEvidence(store, scope, names, invocations),
    loadProactive(store, scope, names),
    loadFirstOfTenant(store, scope, names),
  ]);
  return { ...cost, proactive, firstOfTenant };
}

async function loadProactive(
  store: Store,
  scope: Scope,
  names: readonly string[],
): Promise<ColdEvidence['proactive']> {
  const params = scopeParams(scope);
  const found = new Map<string, { used: number; unused: number }>();
  const [used, unused] = await Promise.all([
    store.query<{ f: string; n: string }>(
      `SELECT function AS f, uniqExactIf(${ENVIRONMENT}, sandbox_id != '') AS n FROM ${store.database}.invocations
      WHERE ${coldCostWhere(scope, names)} AND ordinal = 1 AND init_type = 'proactive' GROUP BY f`,
      params,
    ),
    store.query<{ f: string; n: string }>(
      `SELECT function AS f, uniqExact(sandbox_id) AS n FROM ${store.database}.sandbox_ends
      WHERE ${betweenSql('time')}${filterSql(scope, ['function'])} AND last_ordinal = 0 GROUP BY f`,
      params,
    ),
  ]);
  for (const { f, n } of used) found.set(f, { used: Number(n), unused: 0 });
  for (const { f, n } of unused) found.set(f, { used: found.get(f)?.used ?? 0, unused: Number(n) });
  return found;
}

/** Sandboxes that served the first call of their tenant within the last month. Cheap if no span names a tenant. */
async function loadFirstOfTenant(
  store: Store,
  scope: Scope,
  names: readonly string[],
): Promise<ReadonlySet<string>> {
  const tenant = `SpanAttributes['${semconv.ATTR_LAMBDA_TENANT_ID}']`;
  const rows = await store.query<{ s: string }>(
    `SELECT argMin(SpanAttributes['${semconv.ATTR_SANDBOX_ID}'], Timestamp) AS s
    FROM ${store.database}.otel_traces
    PREWHERE ServiceName IN {names:Array(String)} AND ${betweenSql('Timestamp')} AND ${hasAttribute(semconv.ATTR_LAMBDA_TENANT_ID)}
    GROUP BY ServiceName, ${tenant}
    HAVING s != ''
    LIMIT 20000`,
    { ...scopeParams({ fromMs: scope.toMs - 31 * 86_400_000, toMs: scope.toMs }), names: [...names] },
  );
  return new Set(rows.map(({ s }) => s));
}
