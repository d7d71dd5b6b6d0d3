import type { Transform } from 'node:stream';
import { constants, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { CollectorError } from '../errors.ts';

// A zstd frame may ask for a window of 128 MiB; nothing near a body limit needs more than 32.
const ZSTD_WINDOW_LOG_MAX = 25;

const INFLATERS: Readonly<Record<string, (() => Transform) | undefined>> = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  deflate: () => createInflate(), // RFC 9110: the zlib format
  zstd: () => createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG_MAX } }),
};

/**
 * The `Content-Encoding` of a request as one lower-case word; `undefined` for none or `identity`.
 *
 * @throws {CollectorError} `ERR_OTLP_ENCODING` (415) for anything but gzip, deflate and zstd, or for several at once.
 */
export function contentEncodingOf(header: string | undefined): string | undefined {
  const name = header?.trim().toLowerCase() ?? '';
  if (name === '' || name === 'identity') return undefined;
  if (Object.hasOwn(INFLATERS, name)) return name;
  throw new CollectorError(
    'ERR_OTLP_ENCODING',
    `content encoding "${name.slice(0, 60)}" is not supported; send gzip, deflate, zstd or none`,
    { statusCode: 415 },
  );
}

/** A stream that undoes an encoding `contentEncodingOf` gave. */
export function createInflater(encoding: string): Transform {
  const create = INFLATERS[encoding];
  if (create !== undefined) return create();
  throw new CollectorError('ERR_OTLP_ENCODING', `no inflater for "${encoding}"`, { statusCode: 415 });
}
