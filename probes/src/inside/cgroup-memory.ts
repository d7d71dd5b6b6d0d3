import { ProbeError } from '../errors.ts';
import { findCgroupFolder } from './cgroup-folder.ts';
import { headOfFile } from './head-of-file.ts';
import { labelledNumber, optionalWholeNumber, wholeNumber } from './numbers.ts';
import { ProcSource } from './proc-source.ts';
import { exists } from './read-text.ts';
import { whole } from './transient.ts';

/** Where the memory controller of this process keeps its files. */
export interface CgroupMemoryFiles {
  readonly version: 1 | 2;
  /** `memory.current` on version 2, `memory.usage_in_bytes` on version 1. */
  readonly usagePath: string;
  /** `memory.max` or `memory.limit_in_bytes`, the process's own cgroup first, then its parents. */
  readonly limitPaths: readonly string[];
  /** Version 1 only: `memory.stat`, which knows the limit of parents that are not mounted here. */
  readonly statPath?: string;
}

/**
 * The files of this process's memory controller; undefined when there are none. Never throws.
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
  // Where the controller is not switched on for a cgroup, the one above accounts for it.
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
 * `memory.max` or `memory.limit_in_bytes` in bytes. Undefined when unlimited ("max"; on version 1 the largest multiple
 * of a page, which no double holds exactly) or not readable.
 */
export function parseMemoryLimit(text: string): number | undefined {
  // A text without its end may be cut in the middle of the number.
  return text.endsWith('\n') ? optionalWholeNumber(text.trim()) : undefined;
}

/**
 * The tightest memory limit that this process's cgroup or a parent that can be seen sets, bytes. Undefined when there is
 * none or it cannot be read. Never throws.
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
 * @throws {ProbeError} `ERR_PROC_FORMAT` when it is not one number and a line end
 */
export function parseMemoryUsage(content: string): number {
  if (!content.endsWith('\n')) throw new ProbeError('ERR_PROC_FORMAT', 'the memory in use is cut');
  return wholeNumber(content.trim(), 'memory in use');
}

/** Kept-open reader of the memory the cgroup uses now, bytes; about 2 µs a reading. */
export function memoryUsageSource(files: CgroupMemoryFiles): ProcSource<number> {
  return new ProcSource(files.usagePath, parseMemoryUsage);
}
