import { CollectorError } from '../errors/errors.ts';
import { stderrLog } from '../log/stderr-log.ts';
import { EXIT_CODES } from './exit-codes.ts';

/** Writes the reason to standard error and ends the process. */
export function fail(error: unknown): never {
  const isKnown = error instanceof CollectorError;
  stderrLog.error(
    isKnown ? error.message : `an unexpected error: ${(error as Error).stack ?? String(error)}`,
  );
  process.exit(isKnown ? (EXIT_CODES[error.code] ?? 1) : 1);
}
