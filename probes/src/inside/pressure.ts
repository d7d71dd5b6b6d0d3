import { ProbeError } from '../errors.ts';
import { findCgroupFolder } from './cgroup-folder.ts';
import { ProcSource } from './proc-source.ts';
import { exists } from './read-text.ts';

/** Pressure stall information: how long work waited for lack of a resource. */
export interface Pressure {
  /** Time in which at least one task waited, ms since boot (of a cgroup: since it was created). */
  readonly someMs: number;
  /** Share of the last 10 s in which at least one task waited, 0 to 1. */
  readonly someRatio: number;
}

const SOME = /^some avg10=(\d+\.\d+) avg60=\d+\.\d+ avg300=\d+\.\d+ total=(\d+)$/m;

/**
 * The `some` line of a pressure file, as in the kernel's Documentation/accounting/psi.rst. The `full` line is ignored:
 * for the CPU of a whole machine it has no meaning and the kernel writes 0.
 *
 * @throws {ProbeError} `ERR_PROC_FORMAT` if there is no complete `some` line
 */
export function parsePressure(text: string): Pressure {
  // A line without a final newline may be truncated in the middle of the total.
  const [, percent, micros] = SOME.exec(text.slice(0, text.lastIndexOf('\n') + 1).trimEnd()) ?? [];
  const someMs = Number(micros) / 1e3;
  const someRatio = Number(percent) / 100;
  if (!Number.isSafeInteger(Number(micros)) || !(someRatio <= 1)) {
    throw new ProbeError('ERR_PROC_FORMAT', 'no complete "some" line of pressure');
  }
  return { someMs, someRatio };
}

/**
 * Kept-open reader of the machine's CPU pressure, about 4 µs per reading. Linux 4.20 and later, unless the kernel was
 * built or started without it; absent on gVisor.
 */
export function cpuPressureSource(path = '/proc/pressure/cpu'): ProcSource<Pressure> {
  return new ProcSource(path, parsePressure);
}

/**
 * Like `cpuPressureSource`, for this process's cgroup (version 2 only): includes waiting for the quota as well as for a
 * CPU. Undefined if there is no such file. Never throws.
 *
 * @param root prefix of /proc and /sys, default none
 */
export function cgroupCpuPressureSource(root = ''): ProcSource<Pressure> | undefined {
  const path = `${findCgroupFolder('', root)?.folders[0]}/cpu.pressure`;
  return exists(path) ? new ProcSource(path, parsePressure) : undefined;
}
