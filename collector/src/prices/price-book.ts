import type { PricePlan } from './price-plan.ts';
import { PLANS } from './plans.ts';

/** What is asked for a price. What a function does not tell is absent. */
export interface Priced {
  /** `cloud.platform`; none for what a user's own plan with platform `*` is for. */
  readonly platform?: string | undefined;
  /** `amd64` or `arm64`; names of Node (`x64`) and of uname (`x86_64`, `aarch64`) are known too. */
  readonly architecture?: string | undefined;
  readonly region?: string | undefined;
}

/** A plan and why it was taken. */
export interface ChosenPlan {
  readonly plan: PricePlan;
  /** What was assumed, as the function did not tell it; in words. */
  readonly assumed: readonly string[];
}

/** The plans of one collector: those of its user, and those that come with it. */
export class PriceBook {
  readonly plans: readonly PricePlan[];

  /** @param own of the user, in their order; one with the name of a known plan takes its place */
  constructor(own: readonly PricePlan[] = []) {
    const names = new Set(own.map(({ name }) => name));
    this.plans = [...own, ...PLANS.filter(({ name }) => !names.has(name))];
  }

  /** By its name. */
  named(name: string): PricePlan | undefined {
    return this.plans.find((plan) => plan.name === name);
  }

  /**
   * The first plan for what is asked, a user's own before known ones and newer before older ones.
   *
   * @returns undefined where there is none for the platform: no price is guessed
   */
  for({ platform = '', architecture = '', region = '' }: Priced): ChosenPlan | undefined {
    const arch = architectureOf(architecture);
    const plan = this.plans.find(
      (one) =>
        (one.platforms.includes('*') || one.platforms.includes(platform)) &&
        (one.region === undefined || region === '' || one.region === region) &&
        (one.architecture === undefined || arch === '' || one.architecture === arch),
    );
    if (plan === undefined) return undefined;
    const assumed = [
      ...(plan.architecture !== undefined && arch === '' ? [`architecture ${plan.architecture}`] : []),
      ...(plan.region === undefined ? ['that the prices of this region are those of the source'] : []),
      ...(plan.region !== undefined && region === '' ? [`region ${plan.region}`] : []),
    ];
    return { plan, assumed };
  }
}

function architectureOf(told: string): string {
  if (told === 'x64' || told === 'x86_64') return 'amd64';
  return told === 'aarch64' ? 'arm64' : told;
}
