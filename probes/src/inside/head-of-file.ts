import { closeSync, openSync, readSync } from 'node:fs';
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

function close(fd: number): void {
  try {
    closeSync(fd);
  } catch {
    // Somebody else closed it, which is fine.
  }
}
