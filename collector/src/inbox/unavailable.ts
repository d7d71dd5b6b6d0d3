import { CollectorError } from '../errors/errors.ts';

/** The 503 of an inbox that cannot write. */
export function unavailable(message: string, retryAfterSeconds: number, cause?: unknown): CollectorError {
  return new CollectorError('ERR_INBOX_UNAVAILABLE', message, { statusCode: 503, retryAfterSeconds, cause });
}
