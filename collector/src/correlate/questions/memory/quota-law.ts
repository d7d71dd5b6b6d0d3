import { normalCdf } from '../../../statistics/index.ts';

/** How a platform assigns CPU to a memory size, and throttles when it is used up. */
export interface QuotaLaw {
  /** Period after which the CPU quota is renewed, ms. */
  readonly periodMs: number;
  /** CPUs of a memory size, MB; undefined if the platform does not document it. */
  readonly vcpus: (memoryMb: number) => number | undefined;
  /** Available sizes, MB, ascending. */
  readonly sizesMb: readonly number[];
  /** From the start of the last period to the end of the call, ms; undefined where it computes all that is left there. */
  readonly lastMs: number | undefined;
  /** Time of a call besides its CPU time if it never waits for quota, ms. */
  readonly overheadMs: number;
  /** Standard deviation of CPU time between calls with the same work, ms. */
  readonly spreadMs: number;
  /** Source of the figures, and whether they were measured. */
  readonly source: string;
}

/** Lambda gives one vCPU per this many MB. */
const LAMBDA_MB_PER_VCPU = 1_769;
/** Available are 128 MB to 10,240 MB in steps of 1 MB; the answer lists these sizes. */
const LAMBDA_STEP_MB = 64;

const LAMBDA: QuotaLaw = {
  periodMs: 20,
  vcpus: (memoryMb) => memoryMb / LAMBDA_MB_PER_VCPU,
  sizesMb: [
    ...Array.from({ length: (1_728 - 128) / LAMBDA_STEP_MB + 1 }, (_, step) => 128 + step * LAMBDA_STEP_MB),
    1_769,
    2_048,
    3_008,
    4_096,
    6_144,
    8_192,
    10_240,
  ],
  lastMs: 1,
  overheadMs: 1,
  spreadMs: 0.4,
  source:
    'AWS Lambda, 1,769 MB a vCPU, quota periods of 20 ms: 98 memory sizes measured in 2025 (Lin, Ma and Shahrad, EuroSys 2026)',
};

/** Google documents CPUs for these sizes only, MB. */
const GOOGLE_VCPUS = new Map([
  [128, 0.083],
  [256, 0.167],
  [512, 0.333],
  [1_024, 0.583],
  [2_048, 1],
  [4_096, 2],
  [8_192, 2],
]);

const GOOGLE: QuotaLaw = {
  periodMs: 100,
  vcpus: (memoryMb) => GOOGLE_VCPUS.get(memoryMb),
  sizesMb: [...GOOGLE_VCPUS.keys()],
  // Nothing was measured here: a quota that is kept to. Lambda's calls end early because they exceed theirs.
  lastMs: undefined,
  overheadMs: 0,
  spreadMs: 0.4,
  source:
    'Google Cloud functions, quota periods of 100 ms; CPUs by memory as documented, not checked by a measurement',
};

/** By `cloud.platform`. */
const LAWS = new Map([
  ['aws_lambda', LAMBDA],
  ['gcp_cloud_functions', GOOGLE],
]);

/** The law of a platform; undefined where none is known. */
export function quotaLaw(platform: string): QuotaLaw | undefined {
  return LAWS.get(platform);
}

/** CPU time that a period gives to one thread, ms; the whole period from one vCPU on. */
export function quotaMs(law: QuotaLaw, memoryMb: number): number | undefined {
  const vcpus = law.vcpus(memoryMb);
  return vcpus === undefined ? undefined : law.periodMs * Math.min(1, vcpus);
}

/** A wall time with its lower and upper bound, ms. */
export interface WallTime {
  readonly valueMs: number;
  readonly lowMs: number;
  readonly highMs: number;
}

/**
 * Mean duration of calls that need this much CPU in one piece, on one thread.
 *
 * A call that needs j quotas and a fraction of one waits for j periods and ends soon after the next begins. Usage is
 * charged at kernel ticks, so on Lambda a task exceeds its quota and the debt is charged to the next task. Where that was
 * not measured, the last period takes what is left of the work. The period begins with the call. Duration is therefore a staircase with long flat steps: all sizes that give between a half and the whole of
 * the CPU time in one period are equally fast.
 *
 * The value is that of a staircase whose edges are smoothed by the spread of CPU time; `lowMs` and `highMs` are for a
 * task charged nothing and all of its last part.
 *
 * @param cpuMs above 0
 * @returns undefined if the platform does not document the CPUs of that size
 */
export function wallTime(law: QuotaLaw, cpuMs: number, memoryMb: number): WallTime | undefined {
  const quota = quotaMs(law, memoryMb);
  if (quota === undefined) return undefined;
  const { periodMs, lastMs, overheadMs, spreadMs } = law;
  const whole = cpuMs + overheadMs;
  if (quota >= periodMs) return { valueMs: whole, lowMs: cpuMs, highMs: whole };
  const waited = (periods: number): number =>
    Math.max(
      whole,
      periods === 0 ? 0 : periodMs * periods + (lastMs ?? Math.max(0, cpuMs - periods * quota) + overheadMs),
    );
  const first = Math.max(0, Math.ceil((cpuMs - REACH * spreadMs) / quota) - 1);
  const last = Math.max(first, Math.ceil((cpuMs + REACH * spreadMs) / quota) - 1);
  let valueMs = 0;
  let weight = 0;
  for (let periods = first; periods <= last; periods += 1) {
    const share =
      normalCdf(((periods + 1) * quota - cpuMs) / spreadMs) - normalCdf((periods * quota - cpuMs) / spreadMs);
    valueMs += share * waited(periods);
    weight += share;
  }
  valueMs = weight > 0 ? valueMs / weight : waited(first);
  const periods = Math.max(0, Math.ceil(cpuMs / quota) - 1);
  const rest = cpuMs - periods * quota;
  const lowMs = Math.max(cpuMs, periodMs * periods);
  return {
    valueMs,
    lowMs: Math.min(valueMs, lowMs),
    highMs: Math.max(valueMs, periodMs * periods + rest + overheadMs),
  };
}

/** Number of standard deviations beyond which a normal distribution is negligible. */
const REACH = 5;
