import { openSync, readSync } from 'node:fs';

const bytes = Buffer.alloc(64);
let fd: number | undefined | null;

/**
 * `byteLength` (at most 64) random bytes as hex, never all zero, straight from the kernel: a generator in the process
 * would be cloned together with it by a snapshot and give every clone the same ids. About 1 µs.
 */
export function randomHex(byteLength: number): string {
  for (;;) {
    fill(byteLength);
    const hex = bytes.toString('hex', 0, byteLength);
    if (/[^0]/.test(hex)) return hex;
  }
}

function fill(byteLength: number): void {
  try {
    fd ??= fd === null ? undefined : openSync('/dev/urandom', 'r');
    if (fd !== undefined && readSync(fd, bytes, 0, byteLength, null) === byteLength) return;
  } catch {
    fd = null;
  }
  globalThis.crypto.getRandomValues(bytes.subarray(0, byteLength));
}
