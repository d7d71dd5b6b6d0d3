import type { PricePlan } from './price-plan.ts';
import { PLANS } from './plans.ts';

/** The deployment to price. Unreported properties are absent. */
export interface Priced {
  /** `cloud.platform`; absent only matches a user's plan with platform `*`. */
  readonly platform?: string | undefined;
  /** `amd64` or `arm64`; the names of Node (`x64`) and uname (`x86_64`, `aarch64`) are also accepted. */
  readonly architecture?: string | undefined;
  readonly region?: string | undefined;
}

/** A plan and the reasons for choosing it. */
export interface ChosenPlan {
  readonly plan: PricePlan;
  /** Assumptions about unreported properties; in words. */
  readonly assumed: readonly string[];
}

/** The plans of one collector: the user's own and the built-in ones. */
export class PriceBook {
  readonly plans: readonly PricePlan[];

  /** @param own the user's plans in order; one with the name of a built-in plan replaces it */
  constructor(own: readonly PricePlan[] = []) {
    const names = new Set(own.map(({ name }) => name));
    this.plans = [...own, ...PLANS.filter(({ name }) => !names.has(name))];
  }

  /** By its name. */
  named(name: string): PricePlan | undefined {
    return this.plans.find((plan) => plan.name === name);
  }

  /**
   * The first matching plan: a user's own before built-in ones, and newer before older ones.
   *
   * @returns undefined if there is none for the platform: prices are never guessed
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

function architectureOf(reported: string): string {
  if (reported === 'x64' || reported === 'x86_64') return 'amd64';
  return reported === 'aarch64' ? 'arm64' : reported;
}
