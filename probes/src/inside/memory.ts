import { ProbeError } from '../errors.ts';
import { labelledNumber } from './numbers.ts';
import { ProcSource } from './proc-source.ts';

const KIB = 1024;

/** Memory of this process in RAM, bytes. */
export interface ProcessMemory {
  readonly rssBytes: number;
  /**
   * Highest RSS so far. From /proc rather than getrusage(2), whose value starts at the size of the process that called
   * exec. Absent if the kernel does not record it.
   */
  readonly peakRssBytes?: number;
}

/** Memory of the machine (on a microVM: of the sandbox), bytes. */
export interface MachineMemory {
  readonly totalBytes: number;
  /** Memory available without swapping; since Linux 3.14. */
  readonly availableBytes?: number;
}

/**
 * VmRSS and VmHWM of /proc/self/status.
 *
 * @throws {ProbeError} `ERR_PROC_FORMAT` without a VmRSS line
 */
export function parseProcessMemory(text: string): ProcessMemory {
  const rss = labelledNumber(text, 'VmRSS:');
  if (rss === undefined) throw new ProbeError('ERR_PROC_FORMAT', '/proc/self/status has no VmRSS');
  const peak = labelledNumber(text, 'VmHWM:');
  return { rssBytes: rss * KIB, ...(peak !== undefined && { peakRssBytes: peak * KIB }) };
}

/**
 * MemTotal and MemAvailable of /proc/meminfo.
 *
 * @throws {ProbeError} `ERR_PROC_FORMAT` without a MemTotal line, `ERR_PROC_UNFILLED` if it is 0
 */
export function parseMachineMemory(text: string): MachineMemory {
  const total = labelledNumber(text, 'MemTotal:');
  if (total === undefined) throw new ProbeError('ERR_PROC_FORMAT', '/proc/meminfo has no MemTotal');
  if (total === 0) throw new ProbeError('ERR_PROC_UNFILLED', '/proc/meminfo says that there is no memory');
  const available = labelledNumber(text, 'MemAvailable:');
  return { totalBytes: total * KIB, ...(available !== undefined && { availableBytes: available * KIB }) };
}

/** Kept-open reader of /proc/self/status, about 7 µs per reading. */
export function processMemorySource(path = '/proc/self/status'): ProcSource<ProcessMemory> {
  return new ProcSource(path, parseProcessMemory);
}

/** Kept-open reader of /proc/meminfo, about 6 µs per reading. */
export function machineMemorySource(path = '/proc/meminfo'): ProcSource<MachineMemory> {
  return new ProcSource(path, parseMachineMemory);
}
