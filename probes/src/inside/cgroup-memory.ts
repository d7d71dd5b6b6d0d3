import { ProbeError } from '../errors.ts';
import { findCgroupFolder } from './cgroup-folder.ts';
import { headOfFile } from './head-of-file.ts';
import { labelledNumber, optionalWholeNumber, wholeNumber } from './numbers.ts';
import { ProcSource } from './proc-source.ts';
import { exists } from './read-text.ts';
import { whole } from './transient.ts';

/** Files of this process's memory controller. */
export interface CgroupMemoryFiles {
  readonly version: 1 | 2;
  /** `memory.current` on version 2, `memory.usage_in_bytes` on version 1. */
  readonly usagePath: string;
  /** `memory.max` or `memory.limit_in_bytes`, the process's own cgroup first, then its parents. */
  readonly limitPaths: readonly string[];
  /** Version 1 only: `memory.stat`, which includes the limits of ancestors that are not mounted here. */
  readonly statPath?: string;
}

/**
 * The files of this process's memory controller; undefined if there are none. Never throws.
 *
 * @param root prefix of /proc and /sys, default none
 */
export function findCgroupMemory(root = ''): CgroupMemoryFiles | undefined {
  const found = findCgroupFolder('memory', root);
  if (found === undefined) return undefined;
  const { version } = found;
  const limit = version === 2 ? 'memory.max' : 'memory.limit_in_bytes';
  const usage = version === 2 ? 'memory.current' : 'memory.usage_in_bytes';
  const has = (file: string) => (folder: string) => exists(`${folder}/${file}`);
  // If the controller is not enabled for a cgroup, its parent accounts for it.
  const own = found.folders.find(has(usage)) ?? found.folders.find(has(limit));
  if (own === undefined) return undefined;
  return {
    version,
    usagePath: `${own}/${usage}`,
    limitPaths: found.folders.map((folder) => `${folder}/${limit}`),
    ...(version === 1 && { statPath: `${own}/memory.stat` }),
  };
}

/**
 * `memory.max` or `memory.limit_in_bytes` in bytes. Undefined if unlimited ("max"; on version 1 the largest multiple of
 * a page, which no double represents exactly) or not readable.
 */
export function parseMemoryLimit(text: string): number | undefined {
  // A text without a final newline may be truncated in the middle of the number.
  return text.endsWith('\n') ? optionalWholeNumber(text.trim()) : undefined;
}

/**
 * The tightest memory limit of this process's cgroup and its visible ancestors, bytes. Undefined if there is none or it
 * cannot be read. Never throws.
 */
export function readMemoryLimitBytes(files: CgroupMemoryFiles): number | undefined {
  return whole(() => {
    const limits = files.limitPaths.map((path) => parseMemoryLimit(headOfFile(path)));
    if (files.statPath !== undefined) {
      limits.push(labelledNumber(headOfFile(files.statPath, 16_384), 'hierarchical_memory_limit '));
    }
    const known = limits.filter((bytes) => bytes !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  });
}

/**
 * `memory.current` or `memory.usage_in_bytes`, bytes: page cache and kernel memory of the cgroup included.
 *
 * @throws {ProbeError} `ERR_PROC_FORMAT` if it is not exactly one number and a newline
 */
export function parseMemoryUsage(content: string): number {
  if (!content.endsWith('\n')) throw new ProbeError('ERR_PROC_FORMAT', 'the memory in use is cut');
  return wholeNumber(content.trim(), 'memory in use');
}

/** Kept-open reader of the cgroup's current memory use, bytes; about 2 µs per reading. */
export function memoryUsageSource(files: CgroupMemoryFiles): ProcSource<number> {
  return new ProcSource(files.usagePath, parseMemoryUsage);
}
