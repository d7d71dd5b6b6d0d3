import { Transform } from 'node:stream';
import type { TransformCallback } from 'node:stream';
import { callbackify } from 'node:util';

/** A decoder of `node:zlib`; `bytesWritten` is the number of input bytes it consumed. */
export type Decoder = Transform & { readonly bytesWritten: number };

export interface WholeInflaterOptions {
  /** Creates a decoder, one for the body and one for each further frame. */
  readonly create: () => Decoder;
  /** Most independent frames one body may hold: zstd frames. Default 1: further bytes are an error. */
  readonly maxPieces?: number;
}

/**
 * Decodes all of a body, or fails. A decoder of `node:zlib` stops silently at the end of its first frame. Here the
 * bytes behind it are the next frame or an error; they are never dropped.
 */
export class WholeInflater extends Transform {
  readonly #create: () => Decoder;
  readonly #maxPieces: number;
  #decoder: Decoder | undefined;
  #givenBytes = 0;
  #ended: Promise<void> = Promise.resolve();
  #pieces = 0;

  constructor({ create, maxPieces = 1 }: WholeInflaterOptions) {
    super();
    this.#create = create;
    this.#maxPieces = maxPieces;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    callbackify(async () => this.#decode(chunk))((error) => done(error));
  }

  override _flush(done: TransformCallback): void {
    if (this.#decoder === undefined) {
      done();
      return;
    }
    this.#decoder.end();
    callbackify(async () => this.#ended)((error) => done(error));
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#decoder?.destroy();
    done(error);
  }

  async #decode(chunk: Buffer): Promise<void> {
    let rest = chunk;
    while (rest.length > 0 && !this.destroyed) {
      const decoder = (this.#decoder ??= this.#begin());
      this.#givenBytes += rest.length;
      const taken = new Promise<void>((resolve) => {
        decoder.write(rest, () => resolve());
      });
      await Promise.race([taken, this.#ended]);
      const leftBytes = this.#givenBytes - decoder.bytesWritten;
      if (leftBytes === 0) return;
      // It consumed no more, so it is at its end; it reports that once its last bytes were read.
      await this.#ended;
      this.#decoder = undefined;
      rest = rest.subarray(rest.length - leftBytes);
    }
  }

  #begin(): Decoder {
    if (++this.#pieces > this.#maxPieces) {
      throw new Error(
        this.#maxPieces === 1 ? 'there are bytes behind its end' : `more than ${this.#maxPieces} frames`,
      );
    }
    const decoder = this.#create();
    this.#givenBytes = 0;
    this.#ended = new Promise((resolve, reject) => {
      decoder.once('end', resolve);
      decoder.once('error', reject);
      decoder.once('close', resolve);
    });
    this.#ended.catch(() => undefined); // the callers that await it get the error
    decoder.on('data', (piece: Buffer) => this.push(piece));
    return decoder;
  }
}
