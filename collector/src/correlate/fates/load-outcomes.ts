import type { Store } from '../../store/index.ts';
import { quote } from '../../store/query-params.ts';
import type { IdleOutcome } from '../evidence/index.ts';
import type { EvidenceRange } from './evidence-start.ts';
import type { Deployment } from './deployment.ts';

/** Inspections of idle sandboxes of one deployment. */
export interface DeploymentOutcomes {
  readonly deployment: Deployment;
  readonly idleOutcomes: readonly IdleOutcome[];
}

/**
 * Inspections, before a moment, of idle sandboxes whose invocations were not recorded; those of one idle time are
 * merged. Keyed by the `JSON.stringify` of their deployment.
 */
export async function loadOutcomes(
  store: Store,
  ranges: readonly EvidenceRange[],
  untilMs: number,
  signal?: AbortSignal,
): Promise<Map<string, DeploymentOutcomes>> {
  const nanos = (ms: number): string => `fromUnixTimestamp64Nano(${BigInt(Math.round(ms)) * 1_000_000n})`;
  const which = ranges
    .map((range) => `(function = ${quote(range.function)} AND start >= ${nanos(range.fromMs)})`)
    .join(' OR ');
  const rows = await store.query<{
    f: string;
    a: string;
    r: string;
    p: string;
    idle_ms: number;
    together: number;
    warm: string;
    gone: string;
    last_ms: number;
  }>(
    `SELECT function AS f, account_id AS a, region AS r, platform AS p, idle_ns / 1e6 AS idle_ms, together,
      sum(warm) AS warm, sum(gone) AS gone, max(toUnixTimestamp64Nano(start) / 1e6 + idle_ns / 1e6) AS last_ms
    FROM ${store.database}.idle_outcomes FINAL
    WHERE (${which}) AND start + toIntervalNanosecond(idle_ns) < ${nanos(untilMs)}
    GROUP BY f, a, r, p, idle_ms, together
    ORDER BY f, a, r, p, idle_ms, together`,
    {},
    {},
    signal,
  );
  const found = new Map<string, { deployment: Deployment; idleOutcomes: IdleOutcome[] }>();
  for (const row of rows) {
    const deployment = { function: row.f, accountId: row.a, region: row.r, platform: row.p };
    const key = JSON.stringify(deployment);
    const own = found.get(key) ?? { deployment, idleOutcomes: [] };
    found.set(key, own);
    own.idleOutcomes.push({
      timeMs: row.last_ms,
      idleMs: row.idle_ms,
      together: row.together,
      warm: Number(row.warm),
      gone: Number(row.gone),
    });
  }
  return found;
}
