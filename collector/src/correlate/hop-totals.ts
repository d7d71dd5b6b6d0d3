import type { Store } from '../store/index.ts';
import { hopTotals, loadMoves } from './rollup/hops.ts';
import type { HopTotals } from './rollup/hops.ts';
import type { Scope } from './scope.ts';
import { answerFrom } from './as-of-view.ts';
import type { Window } from './window.ts';

/** A window with the hops of its functions, if they are counted from rollups. */
export function loadHopTotals(
  store: Store,
  scope: Scope,
): Promise<{ window: Window; totals: ReadonlyMap<string, HopTotals> | undefined }> {
  return answerFrom(store, scope, 'hops', async (opening, signal) => {
    const { plan } = opening;
    const [window, moves] = await Promise.all([
      opening.window,
      plan && loadMoves(store, plan, opening.scope, signal),
    ]);
    return { window, totals: moves && (await hopTotals(moves, window)) };
  });
}
