import type { Readable } from 'node:stream';
import { CollectorError } from '../errors/errors.ts';
import type { BodyBudget } from './body-budget.ts';
import { createInflater } from './content-encoding.ts';

export interface ReadBodyOptions {
  /** An encoding of `contentEncodingOf`; absent for uncompressed bytes. */
  readonly encoding: string | undefined;
  /** The limit, for both the bytes on the wire and the inflated bytes. */
  readonly maxBytes: number;
  /** The memory budget of the body. */
  readonly budget: BodyBudget;
  /** The sender. */
  readonly peer: string;
}

/** A completely received body. */
export interface ReceivedBody {
  /** In a separate buffer, so that it can be transferred. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Call it once nothing uses the bytes any more. */
  readonly release: () => void;
}

/**
 * Reads and inflates a request body. Work stops at the limit: the first byte beyond it destroys the inflater, and later
 * bytes are discarded unread.
 *
 * @throws {CollectorError} `ERR_OTLP_TOO_LARGE` (413), `ERR_OTLP_ENCODING` (400) for bytes that do not inflate or end
 *   early, `ERR_INBOX_FULL` (503) when there is no memory for the body, `ERR_OTLP_SLOW` (503) when it arrives too
 *   slowly, `ERR_OTLP_DECODE` (400) when the client disconnects.
 */
export function readBody(request: Readable, options: ReadBodyOptions): Promise<ReceivedBody> {
  const { encoding, maxBytes, budget, peer } = options;
  return new Promise((resolve, reject) => {
    const inflater = encoding === undefined ? undefined : createInflater(encoding);
    const chunks: Buffer[] = [];
    let wireBytes = 0;
    let bodyBytes = 0;
    let settled = false;

    const account = budget.open(peer, (why) => fail(why === 'too slow' ? tooSlow() : overloaded()));

    const fail = (error: CollectorError): void => {
      if (settled) return;
      settled = true;
      account.close();
      chunks.length = 0;
      inflater?.destroy();
      request.resume();
      reject(error);
    };
    const finish = (): void => {
      if (settled) return;
      settled = true;
      account.complete();
      resolve({ bytes: join(chunks, bodyBytes), release: () => account.close() });
    };
    const keep = (chunk: Buffer): void => {
      if (settled) return;
      bodyBytes += chunk.length;
      if (bodyBytes > maxBytes) fail(tooLarge(maxBytes));
      else if (account.take(chunk.length)) chunks.push(chunk);
      else fail(overloaded());
    };

    request.on('data', (chunk: Buffer) => {
      if (settled) return;
      wireBytes += chunk.length;
      account.received(chunk.length);
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
        new CollectorError('ERR_OTLP_DECODE', 'the client disconnected before the body was complete', {
          statusCode: 400,
        }),
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

/** One chunk, in a separate buffer: never from a shared pool. */
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

function tooSlow(): CollectorError {
  return new CollectorError('ERR_OTLP_SLOW', 'the body arrives too slowly', {
    statusCode: 503,
    retryAfterSeconds: 5,
  });
}

function corrupt(encoding: string | undefined, reason: string): CollectorError {
  return new CollectorError(
    'ERR_OTLP_ENCODING',
    `the body cannot be decompressed as ${encoding}: ${reason}`,
    {
      statusCode: 400,
    },
  );
}
