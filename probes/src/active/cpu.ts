import { ProbeError } from '../errors.ts';
import { bounded } from './bounds.ts';
import type { ProbeBounds } from './bounds.ts';

export interface CpuProbeOptions extends ProbeBounds {
  /** CPU time to spend, default 40 ms, 5 to 5000. */
  readonly spendMillis?: number;
}

/** Results of one CPU probe. */
export interface CpuProbe {
  /** False if `timeoutMillis` was over before the CPU time was spent. */
  readonly completed: boolean;
  /**
   * Rounds of a fixed workload (integer and floating-point, 64 KiB of memory) per ms of CPU time: the speed of the
   * core, independent of this process's share of it. Compare it only within one Node version.
   */
  readonly score: number;
  /** CPU time spent, ms. */
  readonly usedMs: number;
  /** CPU time per wall time, 0 to 1: below 1 if a quota or other processes took the core away. */
  readonly shareRatio: number;
}

const SLICE_MS = 5;
const table = new Float64Array(8192);

/**
 * Measures the current core: spends `spendMillis` of CPU time in slices of about 5 ms, between which the event loop
 * turns. Stops after `timeoutMillis` (1000; 10 to 60000) of wall time.
 *
 * @throws {ProbeError} `ERR_PROBE_CPU` if the system does not report the CPU time used
 */
export async function probeCpu(options: CpuProbeOptions = {}): Promise<CpuProbe> {
  const spendMs = bounded(options.spendMillis, 40, 5, 5000);
  const timeoutMs = bounded(options.timeoutMillis, 1000, 10, 60_000);
  const startMs = performance.now();
  // The compiler's work does not count for the core's speed, but it counts as CPU time.
  let seed = work(1, 20);
  let rounds = 0;
  let usedMs = 0;
  let wallMs = 0;
  while (usedMs < spendMs && performance.now() - startMs < timeoutMs) {
    const before = cpuMs();
    const sliceStartMs = performance.now();
    do {
      seed = work(seed, 1);
      rounds += 1;
    } while (performance.now() - sliceStartMs < SLICE_MS);
    usedMs += cpuMs() - before;
    wallMs += performance.now() - sliceStartMs;
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (!(usedMs > 0) || !(seed > 0)) {
    throw new ProbeError('ERR_PROBE_CPU', 'the system does not report the CPU time of this process');
  }
  return {
    completed: usedMs >= spendMs,
    score: rounds / usedMs,
    usedMs,
    // The process's other threads (garbage collector, compiler) count as CPU time too.
    shareRatio: Math.min(1, usedMs / wallMs),
  };
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e3;
}

/** A round is 8192 steps; the result depends on all of them, so that the compiler cannot remove any. */
function work(seed: number, rounds: number): number {
  let state = seed | 1;
  let sum = 0;
  for (let round = 0; round < rounds; round += 1) {
    for (let i = 0; i < table.length; i += 1) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      const at = state & 8191;
      table[at] = (table[at] ?? 0) * 0.5 + (state & 1023);
      sum += table[at];
    }
  }
  return (Math.floor(sum) & 0x3fffffff) | 1;
}
