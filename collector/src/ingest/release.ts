/**
 * Releases the memory of bytes at once, if they own it. Without this, a thread that receives megabytes per second would
 * hold about a hundred of them until the next garbage collection. The bytes are empty afterwards and must not be used.
 */
export function release(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (!(buffer instanceof ArrayBuffer) || bytes.byteLength !== buffer.byteLength) return;
  (buffer as Transferable).transfer(0);
}

/** Available in every Node version the collector runs on; not yet in the type library. */
type Transferable = ArrayBuffer & { transfer(byteLength: number): ArrayBuffer };
