import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

export interface HealthOptions {
  readonly url: string;
  readonly pid: number;
  /** Private memory beyond which the engine counts as unusable, bytes. */
  readonly maxPrivateBytes: number;
  /** Interval between two checks, ms. Default 2000. */
  readonly intervalMillis?: number;
  /** An engine that does not answer at all for this long counts as hanging, ms. Default 15 000. */
  readonly hangMillis?: number;
  /** An engine that answers every check with an error for this long counts as unusable, ms. Default 30 000. */
  readonly failingMillis?: number;
}

/** Unanswered checks before it counts as hanging: one may fail because no process got the CPU for a moment. */
const LOOKS = 3;
/** Memory besides the engine's own count: stacks, memory kept by the allocator, bodies and results held by Node. */
const UNCOUNTED_BYTES = 512 * 1024 ** 2;

/** Limit for the engine's process if the engine may use `memoryBytes` by its own count. */
export function maxPrivateBytes(memoryBytes: number): number {
  return memoryBytes * 1.25 + UNCOUNTED_BYTES;
}

/**
 * Watches a running engine until the signal is aborted, and resolves with a description of the fault. Each check runs a
 * statement, so it also detects an engine whose process lives but whose threads are stuck.
 *
 * @returns undefined when it was stopped first
 */
export async function watchEngine(options: HealthOptions, stop: AbortSignal): Promise<string | undefined> {
  const { url, pid, intervalMillis = 2000, hangMillis = 15_000, failingMillis = 30_000 } = options;
  let missed = 0;
  let failingSince: number | undefined;
  while (!stop.aborted) {
    await delay(intervalMillis, undefined, { signal: stop, ref: false }).catch(() => undefined);
    if (stop.aborted) return undefined;
    const answer = await look(`${url}/health`, hangMillis / LOOKS, stop);
    missed = answer === 'none' ? missed + 1 : 0;
    if (missed >= LOOKS) return `it did not answer for ${hangMillis} ms`;
    failingSince = answer === 'error' ? (failingSince ?? performance.now()) : undefined;
    if (failingSince !== undefined && performance.now() - failingSince > failingMillis) {
      return `every statement failed for ${failingMillis} ms`;
    }
    const usedBytes = privateMemoryBytes(pid);
    if (usedBytes !== undefined && usedBytes > options.maxPrivateBytes) {
      return `it uses ${usedBytes} bytes of memory, more than the limit of ${options.maxPrivateBytes}`;
    }
  }
  return undefined;
}

async function look(url: string, timeoutMillis: number, stop: AbortSignal): Promise<'ok' | 'error' | 'none'> {
  try {
    const signal = AbortSignal.any([stop, AbortSignal.timeout(timeoutMillis)]);
    const response = await fetch(url, { signal });
    await response.text();
    return response.ok ? 'ok' : 'error';
  } catch {
    return 'none';
  }
}

/**
 * Memory of a process that is not backed by a file (proc_pid_status(5), RssAnon); undefined where it cannot be read.
 */
export function privateMemoryBytes(pid: number): number | undefined {
  return statusBytes(pid, 'RssAnon');
}

/** Resident memory of a process (VmRSS); undefined where it cannot be read. */
export function residentMemoryBytes(pid: number): number | undefined {
  return statusBytes(pid, 'VmRSS');
}

function statusBytes(pid: number, field: string): number | undefined {
  try {
    const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(
      readFileSync(`/proc/${pid}/status`, 'utf8'),
    )?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    return undefined;
  }
}
