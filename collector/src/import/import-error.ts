import type { ErrorCode } from '../errors/errors.ts';
import { CollectorError } from '../errors/errors.ts';

type ImportCode = Extract<ErrorCode, `ERR_IMPORT_${string}`>;

export function importError(code: ImportCode, message: string, cause?: unknown): CollectorError {
  return new CollectorError(code, message, cause === undefined ? {} : { cause });
}
