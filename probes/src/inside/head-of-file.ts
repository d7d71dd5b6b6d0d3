import { closeSync, openSync, readSync } from 'node:fs';
import { cachedText } from './cached.ts';
import { noteFailure } from './transient.ts';

/**
 * The first `maxBytes` (4096) bytes of a kernel file, as Latin-1; empty if it cannot be read. The kernel generates a
 * file while it is read: for /proc/cpuinfo, long on a large machine, this generates only the first CPUs. Never throws.
 */
export function headOfFile(path: string, maxBytes = 4096): string {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    const bytes = Buffer.allocUnsafe(maxBytes);
    return bytes.toString('latin1', 0, readSync(fd, bytes, 0, maxBytes, 0));
  } catch (error) {
    noteFailure(error);
    return '';
  } finally {
    if (fd !== undefined) close(fd);
  }
}

/** `headOfFile` of a file that several readers need, long enough for the first CPU of /proc/cpuinfo; see `cachedText`. */
export function keptHead(path: string): string {
  return cachedText(path, headOfFirstCpu);
}

// One CPU takes 1.5 to 4 KiB, mostly flags.
const FIRST_CPU_BYTES = 8192;

function headOfFirstCpu(path: string): string {
  return headOfFile(path, FIRST_CPU_BYTES);
}

function close(fd: number): void {
  try {
    closeSync(fd);
  } catch {
    // Somebody else closed it, which is fine.
  }
}
