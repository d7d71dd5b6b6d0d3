import type { Store } from '../store/index.ts';
import { loadActivity } from './rollup/activity.ts';
import type { Scope } from './scope.ts';

/** A scope that holds a bounded number of invocations. */
export interface EvidenceScope {
  readonly scope: Scope;
  /** There were more; the newest are looked at. */
  readonly truncated: boolean;
}

/**
 * The newest part of a scope, with about so many invocations at most, so that a question that groups rows has a bound
 * whatever its range. Learnt from how many rows each ten minutes have, without reading them.
 *
 * @throws {CollectorError} `ERR_QUERY_LIMIT`, `ERR_ENGINE_UNAVAILABLE`
 */
export async function evidenceScope(store: Store, asked: Scope, invocations: number): Promise<EvidenceScope> {
  const { atMost, newestFromMs } = await loadActivity(store, asked, invocations);
  if (atMost <= invocations || newestFromMs <= asked.fromMs) return { scope: asked, truncated: false };
  return { scope: { ...asked, fromMs: newestFromMs }, truncated: true };
}
