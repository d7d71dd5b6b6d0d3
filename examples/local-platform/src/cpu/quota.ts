/** CPU time that a sandbox may use in every period. */
export interface CpuQuota {
  readonly quotaMicros: number;
  readonly periodMicros: number;
}

/** The memory size for which AWS Lambda gives one CPU. */
const MB_PER_CPU = 1769;
/** The shortest quota the kernel takes. */
const MIN_QUOTA_MICROS = 1000;

/**
 * The share of the CPU that belongs to a memory size, as on AWS Lambda: 1769 MB are one CPU. Where the quota would be
 * shorter than the kernel takes, 1 ms, the period is as much longer.
 */
export function quotaFor(memoryMb: number, periodMillis: number): CpuQuota {
  const ratio = memoryMb / MB_PER_CPU;
  const periodMicros = Math.max(periodMillis * 1000, MIN_QUOTA_MICROS / ratio);
  return { quotaMicros: Math.round(periodMicros * ratio), periodMicros: Math.round(periodMicros) };
}
