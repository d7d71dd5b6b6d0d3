import type { Judgement } from '../judge/index.ts';
import type { Lifeline } from '../lifelines.ts';
import { fatesByEnvironment, toFate } from './fate.ts';
import type { Fate } from './fate.ts';
import type { Deployment } from './deployment.ts';

export interface JudgedDeployment {
  readonly deployment: Deployment;
  readonly judgement: Judgement;
}

/** The fates of the sandboxes of one function. */
export class JudgedFunction {
  /** By number of invocations, most first. */
  readonly deployments: readonly JudgedDeployment[];
  readonly #fates: readonly ReturnType<typeof fatesByEnvironment>[];

  constructor(deployments: readonly JudgedDeployment[]) {
    this.deployments = deployments.toSorted((a, b) => b.judgement.uses - a.judgement.uses);
    this.#fates = this.deployments.map(({ judgement }) => fatesByEnvironment(judgement));
  }

  /** Whether it has no invocations, only inspections of idle sandboxes. */
  get isOfCountsAlone(): boolean {
    return this.deployments.length > 0 && this.deployments.every(({ judgement }) => judgement.uses === 0);
  }

  /** Whether a sandbox was started for its first invocation, and that began after a moment. */
  isBornSince({ environment }: Pick<Lifeline, 'environment'>, sinceMs: number): boolean {
    const fate = this.#fates.map((fates) => fates.get(environment)).find((known) => known !== undefined);
    return fate !== undefined && fate.isBorn && fate.firstStartMs >= sinceMs;
  }

  /** Whether another sandbox has the same id. */
  isClone({ environment }: Pick<Lifeline, 'environment'>): boolean {
    return this.#fates.some((fates) => fates.get(environment)?.isClone === true);
  }

  /** The fate of a sandbox; undefined where nothing was judged. */
  fateOf(life: Lifeline, asOfMs: number): Fate | undefined {
    for (const [index, { judgement }] of this.deployments.entries()) {
      const fate = this.#fates[index]?.get(life.environment);
      if (fate) return toFate(life, fate, judgement, asOfMs);
    }
    // If the deployment was not used since the evidence begins, nothing is known about it.
    const [busiest] = this.deployments;
    return busiest && toFate(life, undefined, busiest.judgement, asOfMs);
  }
}
