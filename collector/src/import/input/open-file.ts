import { createReadStream } from 'node:fs';
import type { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInflater } from '../../otlp/content-encoding.ts';
import { importError } from '../import-error.ts';
import { BEGINNING_BYTES } from './source.ts';
import type { ImportFile, Source } from './source.ts';

export type { ImportFile } from './source.ts';

/** Logs shrink to a tenth or a twentieth; a file that shrinks further is not a log. */
const MAX_RATIO = 200;
/** A small file may be arbitrarily repetitive. */
const FREE_BYTES = 64 * 1024 ** 2;

const GZIP = Buffer.from([0x1f, 0x8b]);
const UTF_8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const UTF_16_MARK = Buffer.from([0xff, 0xfe]);
const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/**
 * Opens a file. Gzip and zstd are detected by the first bytes, not by the name.
 *
 * @param onRead called with the number of bytes read from the file itself, chunk by chunk
 * @throws {CollectorError} `ERR_IMPORT_INPUT` if it is unreadable, truncated, or expands to more than 200 times its
 *   size; possibly only while the chunks are read
 */
export async function openFile(source: Source, onRead: (bytes: number) => void): Promise<ImportFile> {
  if (source.open !== undefined) return source.open(onRead);
  const { path } = source;
  const bytes = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: 256 * 1024 });
  const plain = translated(path, asUtf8(inflated(path, counted(bytes, onRead))));
  const chunks = plain[Symbol.asyncIterator]();
  const first: Buffer[] = [];
  let length = 0;
  while (length < BEGINNING_BYTES) {
    const { done, value } = await chunks.next();
    if (done === true) break;
    first.push(value);
    length += value.byteLength;
  }
  const read = Buffer.concat(first);
  return {
    path,
    beginning: read.subarray(0, BEGINNING_BYTES),
    chunks: (async function* all() {
      if (read.byteLength > 0) yield read;
      yield* plain;
    })(),
  };
}

async function* counted(stream: Readable, onRead: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    onRead(chunk.byteLength);
    yield chunk;
  }
}

async function* inflated(path: string, bytes: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const head: Buffer[] = [];
  let length = 0;
  while (length < ZSTD.byteLength) {
    const { done, value } = await bytes.next();
    if (done === true) break;
    head.push(value);
    length += value.byteLength;
  }
  const read = Buffer.concat(head);
  const packing = packingOf(read);
  let packedBytes = 0;
  const whole = (async function* whole() {
    if (read.byteLength > 0) {
      packedBytes += read.byteLength;
      yield read;
    }
    for await (const chunk of bytes) {
      packedBytes += chunk.byteLength;
      yield chunk;
    }
  })();
  if (packing === undefined) {
    yield* whole;
    return;
  }
  let plainBytes = 0;
  for await (const chunk of through(whole, createInflater(packing))) {
    plainBytes += chunk.byteLength;
    if (plainBytes > FREE_BYTES && plainBytes > packedBytes * MAX_RATIO) {
      throw importError('ERR_IMPORT_INPUT', `${path} expands to more than ${MAX_RATIO} times its size`);
    }
    yield chunk;
  }
}

/** Removes the byte order mark that some programs write; PowerShell writes UTF-16. */
async function* asUtf8(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  let isFirst = true;
  for await (const chunk of chunks) {
    let bytes = chunk;
    if (isFirst && chunk.subarray(0, 2).equals(UTF_16_MARK)) decoder = new TextDecoder('utf-16le');
    if (isFirst && chunk.subarray(0, 3).equals(UTF_8_MARK)) bytes = chunk.subarray(3);
    isFirst = false;
    yield decoder === undefined ? bytes : Buffer.from(decoder.decode(bytes, { stream: true }));
  }
}

async function* through(bytes: AsyncIterable<Buffer>, inflater: Transform): AsyncGenerator<Buffer> {
  const stop = new AbortController();
  const done = pipeline(bytes, inflater, { signal: stop.signal });
  done.catch(() => undefined); // the reader of the chunks gets the error
  try {
    yield* inflater as AsyncIterable<Buffer>;
    await done;
  } finally {
    stop.abort();
  }
}

function packingOf(head: Buffer): string | undefined {
  if (head.subarray(0, GZIP.byteLength).equals(GZIP)) return 'gzip';
  return head.subarray(0, ZSTD.byteLength).equals(ZSTD) ? 'zstd' : undefined;
}

/** The error names the file, whatever the stream throws. */
async function* translated(path: string, chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* chunks;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_IMPORT_INPUT') throw error;
    throw importError('ERR_IMPORT_INPUT', `${path} cannot be read: ${(error as Error).message}`, error);
  }
}
