import { ascending, quantile, wilson } from '../statistics/index.ts';
import type { Proportion } from '../statistics/index.ts';
import type { Deployment } from './fates/index.ts';
import type { SandboxFacts } from './hosts.ts';
import type { Judgement } from './judge/index.ts';
import type { Lifeline } from './lifelines.ts';
import type { FunctionWindow, Window } from './window.ts';

/** How the sandboxes of one deployment are reused. */
export interface Reuse {
  /** The deployment; undefined where nothing was judged. */
  readonly deployment: Deployment | undefined;
  /** Share of invocations that did not need a new sandbox. */
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
  /** Most invocations at once in one sandbox, as reported by sandboxes. */
  readonly maxConcurrent: number;
  readonly judgement: Judgement | undefined;
}

/** Summarises the sandboxes of a function, each deployment separately; the busiest first. */
export function summariseReuse(
  { lives, judged }: Pick<FunctionWindow, 'lives' | 'judged'>,
  { facts, scope }: Pick<Window, 'facts' | 'scope'>,
): Reuse[] {
  const deployments = judged?.deployments ?? [];
  const [only] = deployments;
  if (deployments.length <= 1)
    return [reuseOf(lives, only?.deployment, only?.judgement, judged, scope.fromMs)];
  return deployments.flatMap(({ deployment, judgement }) => {
    const own = lives.filter(({ key }) => isOf(facts.get(key), deployment));
    return own.length === 0 && judgement.uses > 0
      ? []
      : [reuseOf(own, deployment, judgement, judged, scope.fromMs)];
  });
}

function isOf(facts: SandboxFacts | undefined, { accountId, region, platform }: Deployment): boolean {
  return facts?.accountId === accountId && facts.region === region && facts.platform === platform;
}

function reuseOf(
  lives: readonly Lifeline[],
  deployment: Deployment | undefined,
  judgement: Judgement | undefined,
  judged: FunctionWindow['judged'],
  fromMs: number,
): Reuse {
  const counts = lives.map((life) => life.count);
  const invocations = counts.reduce((sum, count) => sum + count, 0);
  // A sandbox that existed before the window did not have to be started in it.
  const started = lives.filter((life) => judged?.isBornSince(life, fromMs) ?? true).length;
  const sorted = counts.toSorted(ascending);
  const bins = new Map<number, number>();
  for (const count of sorted) {
    const from = 2 ** Math.floor(Math.log2(count));
    bins.set(from, (bins.get(from) ?? 0) + 1);
  }
  const at = (name: string, q: number): object => {
    const value = quantile(sorted, q);
    return value === undefined ? {} : { [name]: value };
  };
  return {
    deployment,
    ratio: wilson(invocations - started, invocations),
    sandboxes: lives.length,
    invocationsPerSandbox: {
      n: lives.length,
      ...at('min', 0),
      ...at('p50', 0.5),
      ...at('p95', 0.95),
      ...at('max', 1),
      histogram: [...bins].map(([from, sandboxes]) => ({ from, to: from * 2 - 1, sandboxes })),
    },
    maxConcurrent: lives.reduce((most, { mostConcurrent }) => Math.max(most, mostConcurrent), 1),
    judgement,
  };
}
