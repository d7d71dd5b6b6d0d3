import { normalCdf } from '../../../statistics/index.ts';

/** How a platform gives CPU to a size of memory, and takes it away when it is used up. */
export interface QuotaLaw {
  /** The CPU quota is given anew after so long, ms. */
  readonly periodMs: number;
  /** CPUs of a memory size, MB; undefined where the platform does not say it. */
  readonly vcpus: (memoryMb: number) => number | undefined;
  /** Sizes that can be had, MB, ascending. */
  readonly sizesMb: readonly number[];
  /** From the begin of the last period to the end of the call, ms. */
  readonly lastMs: number;
  /** What a call takes besides its CPU time where it never waits for quota, ms. */
  readonly overheadMs: number;
  /** Spread of CPU time from call to call of the same work, ms. */
  readonly spreadMs: number;
  /** Where it was read, and whether it was measured. */
  readonly source: string;
}

/** One vCPU of Lambda for this many MB. */
const LAMBDA_MB_PER_VCPU = 1_769;
/** From 128 MB to 10,240 MB in steps of 1 MB; told in these. */
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

/** Google documents CPUs for these sizes alone, MB. */
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
  lastMs: 1,
  overheadMs: 1,
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

/** CPU time a period gives to one thread, ms; the whole period from one vCPU on. */
export function quotaMs(law: QuotaLaw, memoryMb: number): number | undefined {
  const vcpus = law.vcpus(memoryMb);
  return vcpus === undefined ? undefined : law.periodMs * Math.min(1, vcpus);
}

/** A wall time with what it may be at least and at most, ms. */
export interface WallTime {
  readonly valueMs: number;
  readonly lowMs: number;
  readonly highMs: number;
}

/**
 * Mean time of calls that need so much CPU in one piece, on one thread.
 *
 * A call that needs j quotas and a part of one waits out j periods and ends soon after the next begins: usage is charged
 * at ticks of the kernel, so that a task runs over its quota and the debt falls on whoever comes next. The period begins
 * with the call. So duration is a stair, with long treads: all sizes that give between a half and the whole of the CPU
 * time in one period are equally fast.
 *
 * The value is that of a stair whose edges are rounded by the spread of CPU time; `lowMs` and `highMs` are those of a
 * task that is charged nothing and all of its last part.
 *
 * @param cpuMs above 0
 * @returns undefined where the platform does not tell the CPUs of that size
 */
export function wallTime(law: QuotaLaw, cpuMs: number, memoryMb: number): WallTime | undefined {
  const quota = quotaMs(law, memoryMb);
  if (quota === undefined) return undefined;
  const { periodMs, lastMs, overheadMs, spreadMs } = law;
  const whole = cpuMs + overheadMs;
  if (quota >= periodMs) return { valueMs: whole, lowMs: cpuMs, highMs: whole };
  const waited = (periods: number): number =>
    Math.max(whole, periods === 0 ? 0 : periodMs * periods + lastMs);
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

/** Spreads beyond which nothing of a normal distribution is looked for. */
const REACH = 5;
