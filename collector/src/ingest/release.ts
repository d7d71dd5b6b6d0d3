/**
 * Gives the memory of bytes back at once, where they own it: waiting for the garbage collector, a thread that takes
 * megabytes a second holds a hundred of them for nothing. Nobody may use the bytes any more; they are empty after.
 */
export function release(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (!(buffer instanceof ArrayBuffer) || bytes.byteLength !== buffer.byteLength) return;
  (buffer as Transferable).transfer(0);
}

/** In every Node the collector runs on; not yet in the type library. */
type Transferable = ArrayBuffer & { transfer(byteLength: number): ArrayBuffer };
