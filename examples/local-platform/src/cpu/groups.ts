import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../errors.ts';
import { findCpuController, type CpuController } from './controller.ts';
import type { CpuQuota } from './quota.ts';

/** The control group of one sandbox. */
export interface CpuGroup {
  /** Moves a process and all its future children into the group, and sets or lifts the limit. */
  add(pid: number, quota: CpuQuota | undefined): void;
  /** Undefined: no limit. */
  limit(quota: CpuQuota | undefined): void;
  /** Removes the group, once its processes have ended. */
  remove(): Promise<void>;
}

/** The control groups of a platform, below one folder of its own. */
export interface CpuGroups {
  /** Version of the kernel's cgroups. */
  readonly version: 1 | 2;
  readonly folder: string;
  /** @param id a valid folder name */
  create(id: string): CpuGroup;
}

const REMOVE_TRIES = 10;
const REMOVE_PAUSE_MILLIS = 20;

function write(folder: string, file: string, value: string): void {
  writeFileSync(join(folder, file), value);
}

function setLimit(version: 1 | 2, folder: string, quota: CpuQuota | undefined): void {
  if (version === 2) {
    const max = quota ? `${quota.quotaMicros} ${quota.periodMicros}` : 'max';
    return write(folder, 'cpu.max', max);
  }
  // Lift the quota first: the kernel checks quota and period against each other.
  write(folder, 'cpu.cfs_quota_us', '-1');
  if (!quota) return;
  write(folder, 'cpu.cfs_period_us', String(quota.periodMicros));
  write(folder, 'cpu.cfs_quota_us', String(quota.quotaMicros));
}

/** Enables the CPU controller of version 2 for the groups below a folder. */
function delegate(folder: string): void {
  const has = (file: string): boolean =>
    readFileSync(join(folder, file), 'utf8').trim().split(' ').includes('cpu');
  if (!has('cgroup.controllers')) throw new Error(`${folder} has no CPU controller`);
  if (!has('cgroup.subtree_control')) write(folder, 'cgroup.subtree_control', '+cpu');
}

/** Creates the platform's folder, and tries a limit in it. @throws the reason why CPU cannot be limited there */
function openBelow(version: 1 | 2, parent: string): CpuGroups {
  if (version === 2) delegate(parent);
  const folder = join(parent, `local-platform-${randomUUID()}`);
  mkdirSync(folder);
  try {
    if (version === 2) delegate(folder);
    const trial = join(folder, 'trial');
    mkdirSync(trial);
    try {
      setLimit(version, trial, { quotaMicros: 10_000, periodMicros: 20_000 });
    } finally {
      rmdirSync(trial);
    }
  } catch (error) {
    rmdirSync(folder);
    throw error;
  }
  return {
    version,
    folder,
    create: (id) => newGroup(version, join(folder, id)),
  };
}

function newGroup(version: 1 | 2, folder: string): CpuGroup {
  mkdirSync(folder);
  return {
    add(pid, quota) {
      setLimit(version, folder, quota);
      try {
        write(folder, 'cgroup.procs', String(pid));
      } catch (error) {
        // It has already ended.
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    },
    limit: (quota) => setLimit(version, folder, quota),
    async remove() {
      for (let tries = 1; tries <= REMOVE_TRIES; tries += 1) {
        try {
          return await rmdir(folder);
        } catch {
          // Children of the process may still be ending. The guard removes the rest.
          await sleep(REMOVE_PAUSE_MILLIS);
        }
      }
    },
  };
}

function readController(): CpuController | undefined {
  return findCpuController(
    readFileSync('/proc/self/mountinfo', 'utf8'),
    readFileSync('/proc/self/cgroup', 'utf8'),
  );
}

/**
 * Opens a folder for the control groups of a platform, if the machine allows it: with cgroups of version 1, or of
 * version 2 whose CPU controller can be delegated; mostly as root only.
 *
 * @returns the groups, or the reason why CPU cannot be limited here
 */
export function openCpuGroups(): CpuGroups | { readonly refusal: string } {
  let controller: CpuController | undefined;
  try {
    controller = readController();
  } catch (error) {
    return { refusal: messageOf(error) };
  }
  if (!controller) return { refusal: 'no cgroups are mounted' };
  const refusals: string[] = [];
  for (const parent of controller.folders) {
    try {
      return openBelow(controller.version, parent);
    } catch (error) {
      refusals.push(messageOf(error));
    }
  }
  return { refusal: refusals.join('; ') };
}
