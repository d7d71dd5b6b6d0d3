import { cloneNumberOf } from '../judge/index.ts';
import type { Judgement, SandboxFate } from '../judge/index.ts';
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

  /** True if there are no invocations, only inspections of idle sandboxes. */
  get isOfCountsAlone(): boolean {
    return this.deployments.length > 0 && this.deployments.every(({ judgement }) => judgement.uses === 0);
  }

  /** Whether a sandbox was started for its first invocation, and that began after a moment. */
  isBornSince(life: NamedLife, sinceMs: number): boolean {
    const fate = this.#fates.map((fates) => fateIn(fates, life)).find((known) => known !== undefined);
    return fate !== undefined && fate.isBorn && fate.firstStartMs >= sinceMs;
  }

  /** Whether another sandbox has the same id. */
  isClone(life: NamedLife): boolean {
    return this.#fates.some((fates) => fateIn(fates, life)?.isClone === true);
  }

  /** The sandboxes behind one name: several where only their ordinals tell clones apart. */
  sandboxesOf({ environment }: Pick<Lifeline, 'environment'>): readonly SandboxFate[] {
    return this.#fates.map((fates) => fates.get(environment)).find((known) => known !== undefined) ?? [];
  }

  /** The fate of a sandbox; undefined where nothing was judged. */
  fateOf(life: Lifeline, asOfMs: number): Fate | undefined {
    for (const [index, { judgement }] of this.deployments.entries()) {
      const fate = fateIn(this.#fates[index]!, life);
      if (fate) return toFate(life, fate, judgement, asOfMs);
    }
    // If the deployment was not used since the evidence begins, nothing is known about it.
    const [busiest] = this.deployments;
    return busiest && toFate(life, undefined, busiest.judgement, asOfMs);
  }
}

type NamedLife = Pick<Lifeline, 'environment' | 'clone'>;

/** If several share one name, the requested one, else the one used last. */
function fateIn(
  fates: ReturnType<typeof fatesByEnvironment>,
  { environment, clone }: NamedLife,
): SandboxFate | undefined {
  const named = fates.get(environment) ?? [];
  if (clone !== undefined) return named.find(({ key }) => cloneNumberOf(key) === clone);
  return named.reduce<SandboxFate | undefined>(
    (last, fate) => (last === undefined || last.lastEndMs < fate.lastEndMs ? fate : last),
    undefined,
  );
}
