import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const V1_ROOT = '/sys/fs/cgroup/cpu';
const V2_ROOT = '/sys/fs/cgroup';

/** CPU time in each period, µs: a fourteenth of a core, Lambda's share for 128 MB. */
export const QUOTA_MICROS = 7142;
export const PERIOD_MICROS = 100_000;

/** A cgroup with a CPU quota for one child after another. */
export interface CpuQuota extends Disposable {
  /** A process that writes its pid here is under the quota. */
  readonly procsFile: string;
  readonly version: 'v1' | 'v2';
}

/** CPU quota of a group. */
export interface QuotaSize {
  readonly quotaMicros: number;
  readonly periodMicros: number;
}

function openV1(folder: string, { quotaMicros, periodMicros }: QuotaSize): void {
  mkdirSync(folder);
  writeFileSync(join(folder, 'cpu.cfs_period_us'), String(periodMicros));
  writeFileSync(join(folder, 'cpu.cfs_quota_us'), String(quotaMicros));
}

function openV2(folder: string, { quotaMicros, periodMicros }: QuotaSize): void {
  if (!readFileSync(join(V2_ROOT, 'cgroup.subtree_control'), 'utf8').includes('cpu'))
    writeFileSync(join(V2_ROOT, 'cgroup.subtree_control'), '+cpu');
  mkdirSync(folder);
  writeFileSync(join(folder, 'cpu.max'), `${quotaMicros} ${periodMicros}`);
}

/**
 * Creates a group under the root of the CPU controller, of cgroup v1 or otherwise v2.
 *
 * @param size default 7,142 µs in each 100 ms
 * @returns the group, or why there can be none (no such controller, not permitted)
 */
export function openCpuQuota(
  size: QuotaSize = { quotaMicros: QUOTA_MICROS, periodMicros: PERIOD_MICROS },
): CpuQuota | { readonly refused: string } {
  const reasons: string[] = [];
  for (const [version, root, open] of [
    ['v1', V1_ROOT, openV1],
    ['v2', V2_ROOT, openV2],
  ] as const) {
    const folder = join(root, `sandscope-overhead-${process.pid}`);
    const remove = (): void => {
      try {
        rmdirSync(folder);
      } catch {
        // It was never created, or a child of it is still ending.
      }
    };
    try {
      open(folder, size);
      return { procsFile: join(folder, 'cgroup.procs'), version, [Symbol.dispose]: remove };
    } catch (error) {
      remove();
      reasons.push(`cgroup ${version}: ${(error as Error).message}`);
    }
  }
  return { refused: reasons.join('; ') };
}
