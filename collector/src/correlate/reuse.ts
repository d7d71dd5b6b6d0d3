import { judgeConcurrency } from './concurrency.ts';
import type { ConcurrencyModel } from './concurrency.ts';
import type { PickOrder } from './pick-order.ts';
import { ascending, quantile, wilson } from './statistics.ts';
import type { Proportion } from './statistics.ts';
import type { FunctionWindow } from './window.ts';

/** How one function's sandboxes are used again. */
export interface Reuse {
  /** Share of invocations that did not need a sandbox of their own: 1 − sandboxes / invocations. */
  readonly ratio: Proportion;
  readonly sandboxes: number;
  readonly invocationsPerSandbox: {
    readonly n: number;
    readonly min?: number;
    readonly p50?: number;
    readonly p95?: number;
    readonly max?: number;
    /** Sandboxes by invocations: 1, 2–3, 4–7, … */
    readonly histogram: readonly { readonly from: number; readonly to: number; readonly sandboxes: number }[];
  };
  readonly concurrency: ConcurrencyModel;
  readonly pickOrder: PickOrder;
}

/** Summarises the sandboxes of one function. */
export function summariseReuse({
  lives,
  evidence,
  pickOrder,
}: Pick<FunctionWindow, 'lives' | 'evidence' | 'pickOrder'>): Reuse {
  const counts = lives.map((life) => life.count).sort(ascending);
  const invocations = counts.reduce((sum, count) => sum + count, 0);
  const bins = new Map<number, number>();
  for (const count of counts) {
    const from = 2 ** Math.floor(Math.log2(count));
    bins.set(from, (bins.get(from) ?? 0) + 1);
  }
  const at = (name: string, q: number): object => {
    const value = quantile(counts, q);
    return value === undefined ? {} : { [name]: value };
  };
  return {
    ratio: wilson(invocations - lives.length, invocations),
    sandboxes: lives.length,
    invocationsPerSandbox: {
      n: lives.length,
      ...at('min', 0),
      ...at('p50', 0.5),
      ...at('p95', 0.95),
      ...at('max', 1),
      histogram: [...bins].map(([from, sandboxes]) => ({ from, to: from * 2 - 1, sandboxes })),
    },
    concurrency: judgeConcurrency(lives, evidence),
    pickOrder,
  };
}
