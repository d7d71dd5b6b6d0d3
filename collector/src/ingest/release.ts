/**
 * Releases the memory of bytes at once, if they own it. Left to the garbage collector, a thread that takes in megabytes
 * per second would hold a hundred of them for nothing. Nobody may use the bytes afterwards; they are empty.
 */
export function release(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (!(buffer instanceof ArrayBuffer) || bytes.byteLength !== buffer.byteLength) return;
  (buffer as Transferable).transfer(0);
}

/** Available in every Node version the collector runs on; not yet in the type library. */
type Transferable = ArrayBuffer & { transfer(byteLength: number): ArrayBuffer };
