import { openSync, readSync } from 'node:fs';
import { isTransient } from '@sandscope/probes/inside';

const MAX_BYTES = 64;
let bytes: Buffer | undefined;
let fd: number | undefined;
/** The file is permanently unavailable. */
let gone = false;

/**
 * `byteLength` (at most 64) random bytes as hex, never all zero, straight from the kernel: a generator in the process
 * would be cloned with it by a snapshot, and every clone would generate the same ids. About 1 µs.
 */
export function randomHex(byteLength: number): string {
  for (;;) {
    const hex = fromKernel(byteLength) ?? fromProcess(byteLength);
    if (/[^0]/.test(hex)) return hex;
  }
}

function fromKernel(byteLength: number): string | undefined {
  try {
    if (gone) return undefined;
    fd ??= openSync('/dev/urandom', 'r');
    bytes ??= Buffer.alloc(MAX_BYTES);
    if (readSync(fd, bytes, 0, byteLength, null) !== byteLength) return undefined;
    const hex: unknown = bytes.toString('hex', 0, byteLength);
    return typeof hex === 'string' && hex.length === 2 * byteLength ? hex : undefined;
  } catch (error) {
    // The program closed the descriptor: reopen it.
    if ((error as NodeJS.ErrnoException).code === 'EBADF') fd = undefined;
    else gone = !isTransient(error);
    return undefined;
  }
}

function fromProcess(byteLength: number): string {
  const drawn = new Uint8Array(byteLength);
  try {
    globalThis.crypto.getRandomValues(drawn);
  } catch {
    for (let at = 0; at < byteLength; at += 1) drawn[at] = Math.random() * 256;
  }
  return Array.from(drawn, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
