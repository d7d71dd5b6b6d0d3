import { ProbeError } from '../errors.ts';
import { labelledNumber } from './numbers.ts';
import type { ProcFile } from './proc-file.ts';
import { ProcSource } from './proc-source.ts';

/** Bytes that this process made the storage layer read and write since its start; no page cache hits or pipes. */
export interface ProcessIo {
  readonly readBytes: number;
  readonly writeBytes: number;
}

/**
 * `read_bytes` and `write_bytes` of /proc/self/io, proc_pid_io(5).
 *
 * @throws {ProbeError} `ERR_PROC_FORMAT` if one is missing
 */
export function parseProcessIo(text: string): ProcessIo {
  const readBytes = labelledNumber(text, 'read_bytes:');
  const writeBytes = labelledNumber(text, 'write_bytes:');
  if (readBytes !== undefined && writeBytes !== undefined) return { readBytes, writeBytes };
  throw new ProbeError('ERR_PROC_FORMAT', '/proc/self/io has no read_bytes and write_bytes');
}

/** Kept-open reader of /proc/self/io, about 2 µs per reading. Absent if the kernel has no task I/O accounting. */
export function processIoSource(file: string | ProcFile = '/proc/self/io'): ProcSource<ProcessIo> {
  return new ProcSource(file, parseProcessIo);
}
