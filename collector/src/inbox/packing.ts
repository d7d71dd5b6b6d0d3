import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** A body in the form in which it is stored on disk. */
export interface Packed {
  readonly bytes: Uint8Array;
  readonly packing: Packing;
}

/** 0: as received; 1: zstd. */
export type Packing = 0 | 1;

/** Smaller bodies are not worth a compression call. */
const MIN_BYTES = 1024;
const PARAMS = { [constants.ZSTD_c_compressionLevel]: 1 };
/** Size of the chunks that zlib allocates for its result. */
const MAX_CHUNK_BYTES = 16 * 1024;

/**
 * Spans are repetitive: at level 1 a body shrinks to about a fifteenth. That costs less CPU time than copying and
 * checksumming the pages it would otherwise fill.
 */
export function pack(body: Uint8Array): Packed {
  if (body.byteLength < MIN_BYTES) return { bytes: body, packing: 0 };
  const { byteLength } = body;
  // A request of a single function is a few kilobytes: its buffer need not be larger.
  const chunkSize = Math.min(byteLength >> 1, MAX_CHUNK_BYTES);
  const bytes = zstdCompressSync(body, { params: PARAMS, pledgedSrcSize: byteLength, chunkSize });
  return bytes.byteLength < byteLength ? { bytes: exact(bytes), packing: 1 } : { bytes: body, packing: 0 };
}

export function unpack({ bytes, packing }: Packed): Uint8Array {
  return packing === 0 ? bytes : exact(zstdDecompressSync(bytes));
}

/** The result of zlib is a view of a larger allocation: keeping many small ones would keep many times their bytes. */
function exact(bytes: Buffer): Uint8Array {
  if (bytes.byteLength === bytes.buffer.byteLength) return bytes;
  const copy = new Uint8Array(bytes.byteLength);
  copy.set(bytes);
  return copy;
}
