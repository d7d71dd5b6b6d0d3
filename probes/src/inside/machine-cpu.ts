import { ProbeError } from '../errors.ts';
import { optionalWholeNumber, wholeNumber } from './numbers.ts';
import type { ProcFile } from './proc-file.ts';
import { ProcSource } from './proc-source.ts';

/** Linux reports CPU times to programs in ticks of 1/100 s (USER_HZ) on every architecture that Node runs on. */
export const TICK_MS = 10;

/** CPU time of the whole machine since boot, summed over all CPUs, ms in steps of 10 ms. */
export interface MachineCpu {
  /** Includes niced processes and guests. */
  readonly userMs: number;
  /** Includes hard and soft interrupts. */
  readonly systemMs: number;
  readonly idleMs: number;
  readonly iowaitMs?: number;
  /** Time that this machine wanted and the hypervisor gave to others. Since Linux 2.6.11. */
  readonly stealMs?: number;
}

/**
 * The `cpu` line of /proc/stat, columns as in proc_stat(5).
 *
 * @throws {ProbeError} `ERR_PROC_FORMAT` if the line or one of its first four columns is missing; `ERR_PROC_UNFILLED`
 * if all are 0, as on gVisor: a machine that runs this has used some CPU
 */
export function parseMachineCpu(text: string): MachineCpu {
  const end = text.indexOf('\n');
  if (!text.startsWith('cpu ') || end < 0) {
    throw new ProbeError('ERR_PROC_FORMAT', '/proc/stat does not begin with a complete cpu line');
  }
  const columns = text.slice(4, end).trim().split(/\s+/);
  const user = wholeNumber(columns[0], '/proc/stat user') + wholeNumber(columns[1], '/proc/stat nice');
  const system = wholeNumber(columns[2], '/proc/stat system');
  const idle = wholeNumber(columns[3], '/proc/stat idle');
  if (user + system + idle === 0) throw new ProbeError('ERR_PROC_UNFILLED', '/proc/stat holds only zeros');
  const iowait = optionalWholeNumber(columns[4]);
  const interrupts = (optionalWholeNumber(columns[5]) ?? 0) + (optionalWholeNumber(columns[6]) ?? 0);
  const steal = optionalWholeNumber(columns[7]);
  return {
    userMs: user * TICK_MS,
    systemMs: (system + interrupts) * TICK_MS,
    idleMs: idle * TICK_MS,
    ...(iowait !== undefined && { iowaitMs: iowait * TICK_MS }),
    ...(steal !== undefined && { stealMs: steal * TICK_MS }),
  };
}

/** Kept-open reader of /proc/stat, about 8 µs per reading on 2 CPUs; the kernel's part grows with the CPUs. */
export function machineCpuSource(file: string | ProcFile = '/proc/stat'): ProcSource<MachineCpu> {
  return new ProcSource(file, parseMachineCpu);
}
