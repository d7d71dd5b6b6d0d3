import { charge, MONTH_SECONDS } from '../../../prices/index.ts';
import type { Charge, PricePlan } from '../../../prices/index.ts';
import { basisOf, estimate } from '../../../schema/index.ts';
import type { BasisValue, EstimateValue } from '../../../schema/index.ts';
import { twoSidedT } from '../../../statistics/index.ts';
import { quotaLaw } from '../memory/quota-law.ts';
import type { UseRow } from './evidence.ts';

/** The cost of a deployment's calls at one memory size. */
export interface CostAnswer {
  readonly basis: BasisValue;
  readonly n: number;
  readonly callsPerMonth: number;
  readonly billedMs: EstimateValue;
  readonly perMillion?: {
    readonly total: EstimateValue;
    readonly requests: number;
    readonly time: number;
    readonly storage?: number;
  };
  readonly perMonth?: EstimateValue;
  /** Used share of the billed resources; 0 to 1. */
  readonly efficiency: { readonly time?: number; readonly cpu?: number; readonly memory?: number };
  /** Share of billed time for initialisation and for failed calls. */
  readonly initialisationShare?: number;
  readonly egressGbPerMillion?: number;
  readonly telemetry?: {
    readonly beforeResponseMs: number;
    readonly exportMs?: number;
    readonly share: number;
  };
}

export const NEEDED_CALLS = 30;
const GIB = 2 ** 30;
/** Minimum number of calls with a known part of the figures for that part to be reported. */
const KNOWN_SHARE = 0.5;

/**
 * Prices the calls of one deployment at one memory size.
 *
 * Billed time is a mean over calls, each rounded separately; its interval treats whole sandboxes as independent. The
 * monthly figure extrapolates the rate of calls in the range.
 *
 * @param rangeMs length of the range, from its first call on
 * @param plan undefined if the platform has none: then no price is reported
 */
export function judgeCost(use: UseRow, plan: PricePlan | undefined, rangeMs: number): CostAnswer {
  const n = Number(use.n);
  const callsPerMonth = (n / (rangeMs / 1000)) * MONTH_SECONDS;
  const missing: string[] = [];
  const billedMs = billedPerCall(use, n);
  const vcpus = quotaLaw(use.platform)?.vcpus(Number(use.mb)) ?? use.quota ?? undefined;
  const known = (count: string): boolean => Number(count) >= KNOWN_SHARE * n;
  const efficiency = {
    ...(use.billed_ms > 0 && { time: Math.min(1, use.duration_ms / use.billed_ms) }),
    ...(known(use.cpu_known) &&
      vcpus !== undefined &&
      use.cpu_billed_ms > 0 && { cpu: Math.min(1, use.cpu_ms / (use.cpu_billed_ms * vcpus)) }),
    ...(use.rss_billed_gb_ms > 0 && { memory: Math.min(1, use.rss_gb_ms / use.rss_billed_gb_ms) }),
  };
  const million = plan && perMillion(plan, use, n, vcpus, missing);
  if (plan === undefined) missing.push('a price plan for this platform');
  if (Number(use.provisioned) > 0)
    missing.push('the hourly price of provisioned concurrency: only the calls are priced');
  if (rangeMs < WEEK_MS) missing.push('days of the week: the month is extrapolated from the requested range');
  if (!known(use.tx_known)) missing.push('bytes sent');
  const relative = (share: number | undefined): number | undefined =>
    million && share !== undefined && billedMs.value !== undefined && billedMs.value > 0
      ? million.requests + (million.time + million.storage) * (share / billedMs.value)
      : undefined;
  const total = million && estimate(n, million.total, relative(billedMs.low), relative(billedMs.high));
  const perMonth = total && scaled(total, callsPerMonth / 1e6);
  const telemetryMs = use.overhead_ms + use.export_ms;
  return {
    basis: basisOf(n, NEEDED_CALLS, 'calls', restsOn(plan, use), missing),
    n,
    callsPerMonth,
    billedMs,
    ...(million &&
      total && {
        perMillion: {
          total,
          requests: million.requests,
          time: million.time,
          ...(plan?.storage && isStorageKnown(use, n) && { storage: million.storage }),
        },
      }),
    ...(perMonth && { perMonth }),
    efficiency,
    ...(plan?.billing.initialisation &&
      use.billed_ms > 0 && { initialisationShare: Math.min(1, use.init_ms / use.billed_ms) }),
    ...(known(use.tx_known) && {
      egressGbPerMillion: (Number(use.tx_bytes) / Number(use.tx_known) / GIB) * 1e6,
    }),
    ...(telemetryMs > 0 &&
      use.billed_ms > 0 && {
        telemetry: {
          beforeResponseMs: use.overhead_ms / n,
          ...(Number(use.export_known) > 0 && { exportMs: use.export_ms / n }),
          // Exports follow the response, so they are not in the handler's time.
          share: telemetryMs / (use.billed_ms + use.export_ms),
        },
      }),
  };
}

const isStorageKnown = ({ storage_known }: UseRow, n: number): boolean =>
  Number(storage_known) >= KNOWN_SHARE * n;

const WEEK_MS = 7 * 86_400_000;

/** Mean over calls, with sandboxes as the independent units (Cochran, Sampling Techniques, section 6.4). */
function billedPerCall({ billed_ms, sandboxes, ww, wk, kk }: UseRow, n: number): EstimateValue {
  const mean = billed_ms / n;
  const clusters = Number(sandboxes);
  if (clusters < 2) return estimate(n, mean);
  const residuals = Math.max(0, ww - 2 * mean * wk + mean * mean * kk);
  const error = Math.sqrt((clusters / (clusters - 1)) * residuals) / n;
  const effective = (n * n) / kk;
  const half = twoSidedT(0.95, Math.max(1, effective - 1)) * error;
  return estimate(n, mean, Math.max(0, mean - half), mean + half);
}

function perMillion(
  plan: PricePlan,
  use: UseRow,
  n: number,
  vcpus: number | undefined,
  missing: string[],
): Charge | undefined {
  if (plan.billing.basis === 'instance') {
    missing.push('how long sandboxes existed: a plan by instance does not bill calls');
    return undefined;
  }
  const memoryKnown = Number(use.billed_known);
  const cpuKnown = Number(use.cpu_known);
  const isKnown = isStorageKnown(use, n);
  if (plan.storage && !isKnown)
    missing.push(
      `the size of the temporary storage: the ${plan.storage.includedMb} MB that are included are assumed`,
    );
  const found = charge(plan, {
    requests: 1e6,
    billedMs: (use.billed_ms / n) * 1e6,
    // Average GB of a call, weighted by billed time.
    ...(memoryKnown > 0 && use.billed_ms > 0 && { memoryGb: use.billed_gb_ms / use.billed_ms }),
    ...(vcpus !== undefined && { vcpus }),
    ...(isKnown &&
      use.storage_billed_ms > 0 && { extraStorageGb: use.storage_gb_ms / use.storage_billed_ms }),
    ...(cpuKnown > 0 && { cpuMs: (use.cpu_ms / cpuKnown) * 1e6 }),
  });
  if (found === undefined) missing.push('what the plan bills by: the memory limit, the CPUs or the CPU time');
  return found;
}

function restsOn(plan: PricePlan | undefined, use: UseRow): string[] {
  const found = [`${use.n} calls of ${use.sandboxes} sandboxes, each rounded up as the plan requires`];
  if (plan) found.push(`${plan.title}, ${plan.date}: ${plan.source}`);
  return found;
}

function scaled({ value, low, high, n }: EstimateValue, factor: number): EstimateValue {
  const times = (number: number | undefined): number | undefined =>
    number === undefined ? undefined : number * factor;
  return estimate(n, times(value), times(low), times(high));
}
