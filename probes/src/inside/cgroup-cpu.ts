import { ProbeError } from '../errors.ts';
import { findCgroupFolder, parseCgroupPath } from './cgroup-folder.ts';
import { labelledNumber, optionalWholeNumber } from './numbers.ts';
import type { ProcFile } from './proc-file.ts';
import { ProcSource } from './proc-source.ts';
import { readText } from './read-text.ts';
import { whole } from './transient.ts';

/** The CPU controller's files of the cgroup whose quota binds this process: its own or one above it. */
export interface CgroupCpuFiles {
  readonly version: 1 | 2;
  readonly statPath: string;
  /** `cpu.max` on version 2, `cpu.cfs_quota_us` on version 1. */
  readonly quotaPath: string;
  /** Version 1 only: `cpu.cfs_period_us`. */
  readonly periodPath?: string;
}

/** `parseCgroupPath` of the CPU controller. */
export function parseCgroupCpuPath(text: string): { version: 1 | 2; path: string } | undefined {
  return parseCgroupPath(text, 'cpu');
}

/**
 * Throttled time of `cpu.stat`, ms: `throttled_usec` on version 2, `throttled_time` (ns) on version 1.
 *
 * @throws {ProbeError} `ERR_PROC_FORMAT` if it has neither, as in the root cgroup of version 2
 */
export function parseThrottledMs(text: string): number {
  const micros = labelledNumber(text, 'throttled_usec ');
  if (micros !== undefined) return micros / 1e3;
  const nanos = labelledNumber(text, 'throttled_time ');
  if (nanos !== undefined) return nanos / 1e6;
  throw new ProbeError('ERR_PROC_FORMAT', 'cpu.stat has no throttled time');
}

/** `cpu.max` ("50000 100000", "max 100000") as a number of CPUs; undefined if unlimited or not readable. */
export function parseCpuMax(text: string): number | undefined {
  const [quota, period] = text.trim().split(' ');
  return ratio(optionalWholeNumber(quota), optionalWholeNumber(period));
}

/** The quota in `files` as a number of CPUs: 0.5 is half a core. Undefined if unlimited or not readable. */
export function readCpuQuotaRatio(files: CgroupCpuFiles): number | undefined {
  return ratioOf(readText(files.quotaPath), files.periodPath);
}

/**
 * The files of the CPU controller for the cgroup with the tightest quota, among this process's cgroup and its visible
 * ancestors: that cgroup's throttled time is the process's. If none has a quota, the files of the process's own cgroup.
 * Undefined if there are none. Never throws.
 *
 * @param root prefix of /proc and /sys, default none
 */
export function findCgroupCpu(root = ''): CgroupCpuFiles | undefined {
  return whole(() => {
    let own: CgroupCpuFiles | undefined;
    let tightest: { files: CgroupCpuFiles; ratio: number } | undefined;
    const { version = 2, folders = [] } = findCgroupFolder('cpu', root) ?? {};
    for (const folder of folders) {
      const files = filesIn(folder, version);
      const quota = readText(files.quotaPath);
      // The controller is not enabled for this cgroup, so its `cpu.stat` has no throttled time either.
      if (quota === '') continue;
      own ??= files;
      const ratio = ratioOf(quota, files.periodPath);
      if (ratio !== undefined && (tightest === undefined || ratio < tightest.ratio))
        tightest = { files, ratio };
    }
    return tightest?.files ?? own;
  });
}

function ratioOf(quota: string, periodPath: string | undefined): number | undefined {
  if (periodPath === undefined) return parseCpuMax(quota);
  // -1 means no limit.
  return quota.startsWith('-') ? undefined : parseCpuMax(`${quota.trim()} ${readText(periodPath)}`);
}

function filesIn(folder: string, version: 1 | 2): CgroupCpuFiles {
  const statPath = `${folder}/cpu.stat`;
  return version === 2
    ? { version, statPath, quotaPath: `${folder}/cpu.max` }
    : {
        version,
        statPath,
        quotaPath: `${folder}/cpu.cfs_quota_us`,
        periodPath: `${folder}/cpu.cfs_period_us`,
      };
}

/** Kept-open reader of the throttled time, ms since the cgroup's creation; 2 µs per reading. `file` is `cpu.stat`. */
export function throttledSource(file: string | ProcFile): ProcSource<number> {
  return new ProcSource(file, parseThrottledMs);
}

function ratio(quota: number | undefined, period: number | undefined): number | undefined {
  return quota !== undefined && period !== undefined && quota > 0 && period > 0 ? quota / period : undefined;
}
