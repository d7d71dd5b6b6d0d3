import { IS_COLD } from '../../invocation-sql.ts';
import type { Store } from '../../../store/index.ts';
import { betweenSql, filterSql, scopeParams } from '../../scope.ts';
import type { Scope } from '../../scope.ts';

/** Configuration of a deployment from its newest calls; unreported values are empty text or absent. */
export interface Configuration {
  readonly function: string;
  readonly accountId: string;
  readonly region: string;
  readonly platform: string;
  readonly architecture: string;
  readonly memoryBytes?: number;
  /** Median duration of warm calls, ms; absent without any. */
  readonly warmMs?: number;
  readonly invocations: number;
}

interface Row {
  readonly f: string;
  readonly a: string;
  readonly r: string;
  readonly p: string;
  readonly h: string;
  readonly m: string | null;
  readonly w: number | null;
  readonly n: string;
}

/** Newest configuration of each deployment, from the last day of the scope, or from all of it if that is empty. */
export async function loadConfigurations(store: Store, scope: Scope): Promise<Configuration[]> {
  const lastDay = { ...scope, fromMs: Math.max(scope.fromMs, scope.toMs - 86_400_000) };
  const recent = await load(store, lastDay);
  return recent.length > 0 || lastDay.fromMs === scope.fromMs ? recent : load(store, scope);
}

async function load(store: Store, scope: Scope): Promise<Configuration[]> {
  const rows = await store.query<Row>(
    `SELECT function AS f, account_id AS a, region AS r, platform AS p, argMax(host_arch, start) AS h,
      argMax(memory_limit_bytes, start) AS m,
      if(countIf(${IS_COLD} = false) = 0, NULL, quantileTDigestIf(0.5)(duration_ns / 1e6, ifNull(${IS_COLD} = false, false))) AS w, count() AS n
    FROM ${store.database}.invocations
    WHERE ${betweenSql('start')}${filterSql(scope)}
    GROUP BY f, a, r, p`,
    scopeParams(scope),
  );
  return rows.map(configurationOf);
}

function configurationOf({ f, a, r, p, h, m, w, n }: Row): Configuration {
  return {
    function: f,
    accountId: a,
    region: r,
    platform: p,
    architecture: h,
    ...(m !== null && { memoryBytes: Number(m) }),
    ...(w !== null && { warmMs: w }),
    invocations: Number(n),
  };
}
