import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** A body as it is kept on disk. */
export interface Packed {
  readonly bytes: Uint8Array;
  readonly packing: Packing;
}

/** 0: as it came; 1: zstd. */
export type Packing = 0 | 1;

/** Below this it is not worth a call. */
const MIN_BYTES = 1024;
const PARAMS = { [constants.ZSTD_c_compressionLevel]: 1 };
/** What zlib allocates for its result at a time. */
const MAX_CHUNK_BYTES = 16 * 1024;

/**
 * Spans repeat themselves: at level 1 a body shrinks to about a fifteenth, which costs less CPU time than the copies
 * and checksums of the pages it would take otherwise.
 */
export function pack(body: Uint8Array): Packed {
  if (body.byteLength < MIN_BYTES) return { bytes: body, packing: 0 };
  const { byteLength } = body;
  // A function's own request is a few kilobytes: what is made for it need not be larger.
  const chunkSize = Math.min(byteLength >> 1, MAX_CHUNK_BYTES);
  const bytes = zstdCompressSync(body, { params: PARAMS, pledgedSrcSize: byteLength, chunkSize });
  return bytes.byteLength < byteLength ? { bytes: exact(bytes), packing: 1 } : { bytes: body, packing: 0 };
}

export function unpack({ bytes, packing }: Packed): Uint8Array {
  return packing === 0 ? bytes : exact(zstdDecompressSync(bytes));
}

/** What zlib gives is a part of what it allocated: who keeps many small ones would keep many times their bytes. */
function exact(bytes: Buffer): Uint8Array {
  if (bytes.byteLength === bytes.buffer.byteLength) return bytes;
  const copy = new Uint8Array(bytes.byteLength);
  copy.set(bytes);
  return copy;
}
