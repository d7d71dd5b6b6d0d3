import type { Readable } from 'node:stream';
import { CollectorError } from '../errors.ts';
import { createInflater } from './content-encoding.ts';

export interface ReadBodyOptions {
  /** An encoding of `contentEncodingOf`; absent for plain bytes. */
  readonly encoding: string | undefined;
  /** The limit, for the bytes on the wire and for the bytes they inflate to. */
  readonly maxBytes: number;
  /** Asked before more bytes are kept; false refuses them with 503. */
  readonly take: (byteLength: number) => boolean;
}

/**
 * Reads and inflates a request body. Work ends at the limit: the inflater is destroyed with the first byte too many,
 * and what still arrives is thrown away unread. The result owns its memory, so that it can be transferred.
 *
 * @throws {CollectorError} `ERR_OTLP_TOO_LARGE` (413), `ERR_OTLP_ENCODING` (400) for bytes that do not inflate or end
 *   early, `ERR_INBOX_FULL` (503) when `take` refuses, `ERR_OTLP_DECODE` (400) when the client goes away.
 */
export function readBody(request: Readable, options: ReadBodyOptions): Promise<Uint8Array<ArrayBuffer>> {
  const { encoding, maxBytes, take } = options;
  return new Promise((resolve, reject) => {
    const inflater = encoding === undefined ? undefined : createInflater(encoding);
    const chunks: Buffer[] = [];
    let wireBytes = 0;
    let bodyBytes = 0;
    let settled = false;

    const fail = (error: CollectorError): void => {
      if (settled) return;
      settled = true;
      chunks.length = 0;
      inflater?.destroy();
      request.resume();
      reject(error);
    };
    const finish = (): void => {
      if (settled) return;
      settled = true;
      resolve(join(chunks, bodyBytes));
    };
    const keep = (chunk: Buffer): void => {
      if (settled) return;
      bodyBytes += chunk.length;
      if (bodyBytes > maxBytes) fail(tooLarge(maxBytes));
      else if (take(chunk.length)) chunks.push(chunk);
      else fail(overloaded());
    };

    request.on('data', (chunk: Buffer) => {
      if (settled) return;
      wireBytes += chunk.length;
      if (wireBytes > maxBytes) fail(tooLarge(maxBytes));
      else if (inflater === undefined) keep(chunk);
      else if (!inflater.write(chunk)) request.pause();
    });
    request.on('end', () => {
      if (inflater === undefined) finish();
      else if (wireBytes === 0) fail(corrupt(encoding, 'the body is empty'));
      else if (!settled) inflater.end();
    });
    const gone = (): void => {
      fail(
        new CollectorError('ERR_OTLP_DECODE', 'the client closed before the body ended', { statusCode: 400 }),
      );
    };
    request.on('error', gone);
    request.on('close', () => {
      if (!request.readableEnded) gone();
    });
    inflater?.on('drain', () => request.resume());
    inflater?.on('data', keep);
    inflater?.on('end', finish);
    inflater?.on('error', (error) => fail(corrupt(encoding, error.message)));
  });
}

/** One piece, in memory of its own: never from a shared pool. */
function join(chunks: readonly Buffer[], byteLength: number): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(Buffer.allocUnsafeSlow(byteLength).buffer);
  let offset = 0;
  for (const chunk of chunks) {
    body.set(chunk, offset);
    offset += chunk.length;
  }
  return body;
}

/** The 413 of a body over the limit. */
export function tooLarge(maxBytes: number): CollectorError {
  return new CollectorError(
    'ERR_OTLP_TOO_LARGE',
    `the body is larger than ${maxBytes} bytes, the limit before and after decompression`,
    { statusCode: 413 },
  );
}

function overloaded(): CollectorError {
  return new CollectorError('ERR_INBOX_FULL', 'too many bytes are being received at once', {
    statusCode: 503,
    retryAfterSeconds: 1,
  });
}

function corrupt(encoding: string | undefined, reason: string): CollectorError {
  return new CollectorError('ERR_OTLP_ENCODING', `the body does not inflate as ${encoding}: ${reason}`, {
    statusCode: 400,
  });
}
