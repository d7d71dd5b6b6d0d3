import type { Store } from '../../../store/index.ts';
import { sandboxesIn } from '../../rollup/starts.ts';
import type { Scope } from '../../scope.ts';

/** Configuration of a deployment from its newest calls; unreported values are empty text or absent. */
export interface Configuration {
  readonly function: string;
  readonly accountId: string;
  readonly region: string;
  readonly platform: string;
  readonly architecture: string;
  readonly memoryBytes?: number;
}

interface Row {
  readonly f: string;
  readonly a: string;
  readonly r: string;
  readonly p: string;
  readonly h: string;
  readonly m: string | null;
}

/** Newest configuration of each deployment, from the last day of the scope, or from all of it if that is empty. */
export async function loadConfigurations(store: Store, scope: Scope): Promise<Configuration[]> {
  const lastDay = { ...scope, fromMs: Math.max(scope.fromMs, scope.toMs - 86_400_000) };
  const recent = await load(store, lastDay);
  return recent.length > 0 || lastDay.fromMs === scope.fromMs ? recent : load(store, scope);
}

async function load(store: Store, scope: Scope): Promise<Configuration[]> {
  const sandboxes = await sandboxesIn(store, scope, {
    function: 'function',
    account_id: 'account_id',
    region: 'region',
    platform: 'platform',
    last_start_ns: 'toUnixTimestamp64Nano(start)',
    host_arch: 'host_arch',
    memory_limit_bytes: 'memory_limit_bytes',
  });
  const rows = await store.query<Row>(
    `SELECT function AS f, account_id AS a, region AS r, platform AS p, argMax(host_arch, last_start_ns) AS h,
      argMax(memory_limit_bytes, last_start_ns) AS m
    FROM ${sandboxes.sql}
    GROUP BY f, a, r, p`,
    sandboxes.params,
  );
  return rows.map(configurationOf);
}

function configurationOf({ f, a, r, p, h, m }: Row): Configuration {
  return {
    function: f,
    accountId: a,
    region: r,
    platform: p,
    architecture: h,
    ...(m !== null && { memoryBytes: Number(m) }),
  };
}
