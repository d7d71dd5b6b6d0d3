import type { Billing, PricePlan } from './price-plan.ts';

/** The resources used by one or several calls. Only those that the plan bills are read. */
export interface Use {
  readonly requests: number;
  /** Total billed time, ms, from {@link billedMs} for each call. */
  readonly billedMs: number;
  /** Billed GB (2³⁰ bytes). Without it, no memory-dependent amount is known. */
  readonly memoryGb?: number;
  readonly vcpus?: number;
  readonly cpuMs?: number;
  /** GB (2³⁰ bytes) of temporary storage beyond what is included; without it, none. */
  readonly extraStorageGb?: number;
}

/** Amounts by purpose, in the currency of the plan. */
export interface Charge {
  readonly requests: number;
  readonly time: number;
  /** Temporary storage beyond what is included. */
  readonly storage: number;
  readonly total: number;
}

/**
 * Billed time of one call.
 *
 * @param durationMs of its handler
 * @param initMs of its initialisation; counted only if the plan bills it
 */
export function billedMs({ billing }: Pick<PricePlan, 'billing'>, durationMs: number, initMs = 0): number {
  const usedMs = durationMs + (billing.initialisation ? initMs : 0);
  const steps = Math.ceil(roundedOff(usedMs / billing.granularityMs));
  return Math.max(billing.minimumMs, steps * billing.granularityMs);
}

/** A floating-point sum just above a whole number must not be rounded up to the next step. */
function roundedOff(value: number): number {
  const nearest = Math.round(value);
  return Math.abs(value - nearest) < 1e-9 * Math.max(1, value) ? nearest : value;
}

/**
 * Billed memory, GB.
 *
 * @param limitMb configured limit
 * @param usedMb highest use
 * @returns undefined if the value that the plan uses is unknown
 */
export function billedMemoryGb(billing: Billing, limitMb?: number, usedMb?: number): number | undefined {
  const mb = billing.memory === 'configured' ? limitMb : usedMb;
  if (mb === undefined) return undefined;
  const step = billing.memoryStepMb ?? 0;
  return (step > 0 ? Math.ceil(roundedOff(mb / step)) * step : mb) / 1024;
}

/**
 * The cost of a use under a plan, without the free tier.
 *
 * @returns undefined if the plan needs unknown data
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
  const storage = part(plan.storage?.perGbSecond, use.billedMs, use.extraStorageGb ?? 0) ?? 0;
  return { requests, time, storage, total: requests + time + storage };
}

function part(rate: number | undefined, ms: number | undefined, of: number | undefined): number | undefined {
  if (rate === undefined || rate === 0) return 0;
  return ms === undefined || of === undefined ? undefined : (rate * ms * of) / 1000;
}

/** Seconds in a month, for every calculation: 30 days. */
export const MONTH_SECONDS = 30 * 86_400;

/**
 * The monthly cost of keeping sandboxes ready, before anything runs in them.
 *
 * @returns undefined if the plan has no price for it
 */
export function provisionedMonth(
  { provisioned }: PricePlan,
  sandboxes: number,
  memoryGb: number,
): number | undefined {
  return provisioned && sandboxes * memoryGb * provisioned.perGbSecondHeld * MONTH_SECONDS;
}
