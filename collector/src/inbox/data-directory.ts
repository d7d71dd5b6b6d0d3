import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CollectorError } from '../errors/errors.ts';
import { INBOX_FILE } from './inbox-copy.ts';

/** A collector leaves at least one of these. */
const TRACES_OF_A_COLLECTOR = [INBOX_FILE, 'collector.lock', 'engine', 'dead-letters'];

/**
 * @throws {CollectorError} `ERR_DATA_DIR` when no collector ever used the directory, for example when its name is
 *   mistyped.
 */
export function requireDataDirectory(directory: string): void {
  if (TRACES_OF_A_COLLECTOR.some((name) => existsSync(join(directory, name)))) return;
  const what = existsSync(directory) ? 'is not a data directory' : 'does not exist';
  throw new CollectorError('ERR_DATA_DIR', `${directory} ${what}; set the collector's directory with --data`);
}
