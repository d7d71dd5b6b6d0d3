import { existsSync, readFileSync } from 'node:fs';
import { ProbeError } from '../errors.ts';
import { labelledNumber, optionalWholeNumber } from './numbers.ts';
import type { ProcFile } from './proc-file.ts';
import { ProcSource } from './proc-source.ts';

/** Where the CPU controller of this process keeps its files. */
export interface CgroupCpuFiles {
  readonly version: 1 | 2;
  readonly statPath: string;
  /** `cpu.max` on version 2, `cpu.cfs_quota_us` on version 1. */
  readonly quotaPath: string;
  /** Version 1 only: `cpu.cfs_period_us`. */
  readonly periodPath?: string;
}

/**
 * Paths of the CPU controller in /proc/self/cgroup: version 1 when a hierarchy carries `cpu`, else the version 2 line.
 * Undefined when there is neither.
 */
export function parseCgroupCpuPath(text: string): { version: 1 | 2; path: string } | undefined {
  let unified: string | undefined;
  for (const line of text.split('\n')) {
    const [, id, controllers, path] = /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? [];
    if (path === undefined) continue;
    if (controllers?.split(',').includes('cpu')) return { version: 1, path };
    if (id === '0' && controllers === '') unified = path;
  }
  return unified === undefined ? undefined : { version: 2, path: unified };
}

/**
 * Throttled time of `cpu.stat`, ms: `throttled_usec` on version 2, `throttled_time` (ns) on version 1.
 *
 * @throws {ProbeError} `ERR_PROC_FORMAT` when it has neither, as in the root cgroup of version 2
 */
export function parseThrottledMs(text: string): number {
  const micros = labelledNumber(text, 'throttled_usec ');
  if (micros !== undefined) return micros / 1e3;
  const nanos = labelledNumber(text, 'throttled_time ');
  if (nanos !== undefined) return nanos / 1e6;
  throw new ProbeError('ERR_PROC_FORMAT', 'cpu.stat has no throttled time');
}

/** `cpu.max` ("50000 100000", "max 100000") as a number of CPUs; undefined when unlimited or not readable. */
export function parseCpuMax(text: string): number | undefined {
  const [quota, period] = text.trim().split(/\s+/);
  return ratio(optionalWholeNumber(quota), optionalWholeNumber(period));
}

/**
 * CPU quota of the process's own cgroup as a number of CPUs: 0.5 is half a core. Undefined when there is no limit or it
 * cannot be read. A tighter limit of a parent is not seen.
 */
export function readCpuQuotaRatio(files: CgroupCpuFiles): number | undefined {
  try {
    const quota = readFileSync(files.quotaPath, 'utf8');
    if (files.periodPath === undefined) return parseCpuMax(quota);
    return parseCpuMax(`${quota.trim()} ${readFileSync(files.periodPath, 'utf8')}`);
  } catch {
    return undefined;
  }
}

/**
 * The files of this process's CPU controller. Inside a container /proc/self/cgroup may name a path of the host that is
 * not mounted here; then the mount's root is the container's own cgroup.
 *
 * @param root prefix of /proc and /sys, default none
 */
export function findCgroupCpu(root = ''): CgroupCpuFiles | undefined {
  try {
    const own = parseCgroupCpuPath(readFileSync(`${root}/proc/self/cgroup`, 'utf8'));
    if (own === undefined) return undefined;
    const mounts = own.version === 1 ? ['/cpu', '/cpu,cpuacct', '/cpuacct,cpu'] : ['', '/unified'];
    for (const path of own.path === '/' ? [''] : [own.path, '']) {
      for (const mount of mounts) {
        const folder = `${root}/sys/fs/cgroup${mount}${path}`;
        if (!existsSync(`${folder}/cpu.stat`)) continue;
        return own.version === 2
          ? { version: 2, statPath: `${folder}/cpu.stat`, quotaPath: `${folder}/cpu.max` }
          : {
              version: 1,
              statPath: `${folder}/cpu.stat`,
              quotaPath: `${folder}/cpu.cfs_quota_us`,
              periodPath: `${folder}/cpu.cfs_period_us`,
            };
      }
    }
  } catch {
    // No cgroups, or none that this process may see.
  }
  return undefined;
}

/** Kept-open reader of the throttled time, ms since the cgroup was made; about 2 µs a reading. `file` is `cpu.stat`. */
export function throttledSource(file: string | ProcFile): ProcSource<number> {
  return new ProcSource(file, parseThrottledMs);
}

function ratio(quota: number | undefined, period: number | undefined): number | undefined {
  return quota !== undefined && period !== undefined && quota > 0 && period > 0 ? quota / period : undefined;
}
