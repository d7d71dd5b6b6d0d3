import type { Transform } from 'node:stream';
import { constants, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { CollectorError } from '../errors/errors.ts';
import type { Decoder, WholeInflaterOptions } from './whole-inflater.ts';
import { WholeInflater } from './whole-inflater.ts';

// A zstd frame may ask for a window of 128 MiB; nothing near a body limit needs more than 32.
const ZSTD_WINDOW_LOG_MAX = 25;

// Each frame needs its own decoder, a millisecond or more, and an empty frame is nine bytes on the wire.
const ZSTD_MAX_FRAMES = 128;

const createZstd = (): Decoder =>
  createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG_MAX } });

const INFLATERS: Readonly<Record<string, WholeInflaterOptions | undefined>> = {
  gzip: { create: createGunzip }, // continues with the next member on its own
  'x-gzip': { create: createGunzip },
  deflate: { create: createInflate }, // RFC 9110: the zlib format
  zstd: { create: createZstd, maxPieces: ZSTD_MAX_FRAMES },
};

/**
 * The `Content-Encoding` of a request as one lower-case word; `undefined` for none and for `identity`.
 *
 * @throws {CollectorError} `ERR_OTLP_ENCODING` (415) for anything but gzip, deflate and zstd, or for several at once.
 */
export function contentEncodingOf(header: string | undefined): string | undefined {
  const words = (header ?? '').split(',').map((word) => word.trim().toLowerCase());
  const names = words.filter((word) => word !== '' && word !== 'identity');
  const name = names[0];
  if (name === undefined) return undefined;
  if (names.length === 1 && Object.hasOwn(INFLATERS, name)) return name;
  const given = `"${names.join(', ').slice(0, 60)}"`;
  throw new CollectorError(
    'ERR_OTLP_ENCODING',
    name === 'none'
      ? `${given} is not a content encoding; leave out the header for an uncompressed body`
      : `content encoding ${given} is not supported; send gzip, deflate or zstd, or an uncompressed body without the header`,
    { statusCode: 415 },
  );
}

/** A stream that reverses an encoding of `contentEncodingOf`: it yields all of the bytes, or it fails. */
export function createInflater(encoding: string): Transform {
  const options = INFLATERS[encoding];
  if (options !== undefined) return new WholeInflater(options);
  throw new CollectorError('ERR_OTLP_ENCODING', `no inflater for "${encoding}"`, { statusCode: 415 });
}
