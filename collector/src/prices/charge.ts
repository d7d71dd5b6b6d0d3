import type { Billing, PricePlan } from './price-plan.ts';

/** What a call or a sum of calls used. What a plan does not ask for is not looked at. */
export interface Use {
  readonly requests: number;
  /** Billed time of all of them, ms: each by {@link billedMs}. */
  readonly billedMs: number;
  /** GB (2³⁰ bytes) that are billed. Without it nothing that depends on memory can be said. */
  readonly memoryGb?: number;
  readonly vcpus?: number;
  readonly cpuMs?: number;
}

/** Money, by what it is for; in the currency of the plan. */
export interface Charge {
  readonly requests: number;
  readonly time: number;
  readonly total: number;
}

/**
 * Time that is billed for one call.
 *
 * @param durationMs of its handler
 * @param initMs of an initialisation that came before it; counted only where the plan bills it
 */
export function billedMs({ billing }: Pick<PricePlan, 'billing'>, durationMs: number, initMs = 0): number {
  const usedMs = durationMs + (billing.initialisation ? initMs : 0);
  const steps = Math.ceil(roundedOff(usedMs / billing.granularityMs));
  return Math.max(billing.minimumMs, steps * billing.granularityMs);
}

/** A sum of floating point that should be whole must not become a step more. */
function roundedOff(value: number): number {
  const nearest = Math.round(value);
  return Math.abs(value - nearest) < 1e-9 * Math.max(1, value) ? nearest : value;
}

/**
 * Memory that is billed, GB.
 *
 * @param limitMb as it is configured
 * @param usedMb the most that was used
 * @returns undefined where what the plan goes by is not known
 */
export function billedMemoryGb(billing: Billing, limitMb?: number, usedMb?: number): number | undefined {
  const mb = billing.memory === 'configured' ? limitMb : usedMb;
  if (mb === undefined) return undefined;
  const step = billing.memoryStepMb ?? 0;
  return (step > 0 ? Math.ceil(roundedOff(mb / step)) * step : mb) / 1024;
}

/**
 * What a use costs by a plan, without free tier.
 *
 * @returns undefined where the plan asks for something that is not known of the use
 */
export function charge(plan: PricePlan, use: Use): Charge | undefined {
  const requests = (use.requests * plan.perMillionRequests) / 1e6;
  const parts = [
    part(plan.perGbSecond, use.billedMs, use.memoryGb),
    part(plan.perVcpuSecond, use.billedMs, use.vcpus),
    part(plan.perCpuSecond, use.cpuMs, 1),
  ];
  let time = 0;
  for (const money of parts) {
    if (money === undefined) return undefined;
    time += money;
  }
  return { requests, time, total: requests + time };
}

function part(rate: number | undefined, ms: number | undefined, of: number | undefined): number | undefined {
  if (rate === undefined || rate === 0) return 0;
  return ms === undefined || of === undefined ? undefined : (rate * ms * of) / 1000;
}

/** A month has so many seconds in every sum: 30 days. */
export const MONTH_SECONDS = 30 * 86_400;

/**
 * What it costs to hold sandboxes ready for a month, before anything runs in them.
 *
 * @returns undefined where the plan has no price for it
 */
export function provisionedMonth(
  { provisioned }: PricePlan,
  sandboxes: number,
  memoryGb: number,
): number | undefined {
  return provisioned && sandboxes * memoryGb * provisioned.perGbSecondHeld * MONTH_SECONDS;
}
