import { CollectorError } from '../errors/errors.ts';

/** A failed backup or restore; an error that already has a code keeps it. */
export function asBackupError(error: unknown, what: string): CollectorError {
  if (error instanceof CollectorError) return error;
  return new CollectorError('ERR_BACKUP', `${what}: ${(error as Error).message}`, { cause: error });
}
