import type { ErrorCode } from '../errors.ts';
import { CollectorError } from '../errors.ts';
import { stderrLog } from '../server.ts';

/** What a command that failed ends with; 1 for everything that is not listed. */
const EXIT_CODES: Partial<Readonly<Record<ErrorCode, number>>> = {
  ERR_OPTION: 2,
  ERR_PORT_IN_USE: 3,
  ERR_DATA_DIR: 4,
  ERR_BACKUP: 5,
};

/** Says why on standard error and ends the process. */
export function fail(error: unknown): never {
  const isKnown = error instanceof CollectorError;
  stderrLog.error(
    isKnown ? error.message : `an error nobody foresaw: ${(error as Error).stack ?? String(error)}`,
  );
  process.exit(isKnown ? (EXIT_CODES[error.code] ?? 1) : 1);
}
