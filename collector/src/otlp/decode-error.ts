import { CollectorError } from '../errors/errors.ts';

/** The error of a body that is not an OTLP trace request: `ERR_OTLP_DECODE`, status 400. */
export function decodeError(message: string, cause?: unknown): CollectorError {
  return new CollectorError('ERR_OTLP_DECODE', message, { statusCode: 400, cause });
}

/** Whether the error is about malformed bytes. */
export function isDecodeError(error: unknown): boolean {
  return error instanceof CollectorError && error.code === 'ERR_OTLP_DECODE';
}
