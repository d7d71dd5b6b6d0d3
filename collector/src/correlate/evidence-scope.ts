import type { Store } from '../store/index.ts';
import { loadActivity } from './rollup/activity.ts';
import type { Scope } from './scope.ts';

/** A scope with a bounded number of invocations. */
export interface EvidenceScope {
  readonly scope: Scope;
  /** There were more; only the newest are examined. */
  readonly truncated: boolean;
}

/**
 * The newest part of a scope, with about this many invocations at most, so that a question that groups rows has bounded
 * cost for any range. Uses the number of rows per ten minutes, without reading them.
 *
 * @throws {CollectorError} `ERR_QUERY_LIMIT`, `ERR_ENGINE_UNAVAILABLE`
 */
export async function evidenceScope(store: Store, asked: Scope, invocations: number): Promise<EvidenceScope> {
  const { atMost, newestFromMs } = await loadActivity(store, asked, invocations);
  if (atMost <= invocations || newestFromMs <= asked.fromMs) return { scope: asked, truncated: false };
  return { scope: { ...asked, fromMs: newestFromMs }, truncated: true };
}
