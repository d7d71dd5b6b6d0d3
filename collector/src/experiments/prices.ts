import type { PricePlan } from './experiment.ts';

/** Dated list prices without free tiers, by name. The source of each is in docs/experiments.md. */
export const PRICE_PLANS: Readonly<Record<string, PricePlan>> = {
  'aws-lambda-x86-2025': {
    name: 'aws-lambda-x86-2025',
    currency: 'USD',
    perGbSecond: 0.0000166667,
    perMillionRequests: 0.2,
    billedStepMs: 1,
  },
  'aws-lambda-arm-2025': {
    name: 'aws-lambda-arm-2025',
    currency: 'USD',
    perGbSecond: 0.0000133334,
    perMillionRequests: 0.2,
    billedStepMs: 1,
  },
  'aws-lambda-2020': {
    name: 'aws-lambda-2020',
    currency: 'USD',
    perGbSecond: 0.0000166667,
    perMillionRequests: 0.2,
    billedStepMs: 100,
  },
  'huawei-functiongraph-2025': {
    name: 'huawei-functiongraph-2025',
    currency: 'USD',
    perGbSecond: 0.00001667,
    perMillionRequests: 0.2,
    billedStepMs: 1,
  },
  // Costs nothing, for the user's own targets.
  none: { name: 'none', currency: 'USD', perGbSecond: 0, perMillionRequests: 0, billedStepMs: 1 },
};

export const DEFAULT_PRICE_PLAN = 'aws-lambda-x86-2025';

/** Billed time for a used time, ms. */
export function billedMs({ billedStepMs }: Pick<PricePlan, 'billedStepMs'>, usedMs: number): number {
  return Math.ceil(usedMs / billedStepMs) * billedStepMs;
}

/** Price of a call without the request fee. */
export function durationPrice(plan: PricePlan, usedMs: number, memoryMb: number): number {
  return (billedMs(plan, usedMs) / 1000) * (memoryMb / 1024) * plan.perGbSecond;
}

/** Price of a call. */
export function callPrice(plan: PricePlan, usedMs: number, memoryMb: number): number {
  return durationPrice(plan, usedMs, memoryMb) + plan.perMillionRequests / 1e6;
}
