import { closeSync, openSync, readSync } from 'node:fs';
import { noteFailure } from './transient.ts';

/**
 * The first `maxBytes` (4096) bytes of a kernel file, as Latin-1; empty when it cannot be read. The kernel writes a file
 * while it is read: of /proc/cpuinfo, long on a large machine, only the first CPUs are then asked. Never throws.
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
    // Closed by somebody else: the wanted state.
  }
}
