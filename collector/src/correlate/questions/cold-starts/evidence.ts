import * as semconv from '@sandscope/probes/semconv';
import { loadColdCostEvidence } from '../../cold-cost/index.ts';
import type { Calls, ColdCostEvidence } from '../../cold-cost/index.ts';
import type { Store } from '../../../store/index.ts';
import { betweenSql, scopeParams } from '../../scope.ts';
import type { Scope } from '../../scope.ts';
import { hasAttribute } from '../../span-sql.ts';
import { loadProactive } from './proactive.ts';
import type { Proactive } from './proactive.ts';

export interface ColdEvidence extends ColdCostEvidence {
  /** Sandboxes initialised before any call, per function. */
  readonly proactive: ReadonlyMap<string, Proactive>;
  /** First time each tenant was seen, by the sandbox id of that call; only if tenants are reported. */
  readonly firstOfTenant: ReadonlySet<string>;
}

export async function loadColdEvidence(
  store: Store,
  scope: Scope,
  calls: Calls & { readonly names: readonly string[] },
): Promise<ColdEvidence> {
  const { names } = calls;
  const [cost, proactive, firstOfTenant] = await Promise.all([
    loadColdCostEvidence(store, scope, calls),
    loadProactive(store, scope, names),
    loadFirstOfTenant(store, scope, names),
  ]);
  return { ...cost, proactive, firstOfTenant };
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
