/** CPU time that a sandbox may use in every period. */
export interface CpuQuota {
  readonly quotaMicros: number;
  readonly periodMicros: number;
}

/** The memory size for which AWS Lambda gives one CPU. */
const MB_PER_CPU = 1769;
/** The shortest quota that the kernel accepts. */
const MIN_QUOTA_MICROS = 1000;

/**
 * The share of the CPU for a memory size, as on AWS Lambda: 1769 MB are one CPU. If the quota would be shorter than the
 * kernel's minimum of 1 ms, the period is lengthened in proportion.
 */
export function quotaFor(memoryMb: number, periodMillis: number): CpuQuota {
  const ratio = memoryMb / MB_PER_CPU;
  const periodMicros = Math.max(periodMillis * 1000, MIN_QUOTA_MICROS / ratio);
  return { quotaMicros: Math.round(periodMicros * ratio), periodMicros: Math.round(periodMicros) };
}
