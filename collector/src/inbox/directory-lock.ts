import { accessSync, constants, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CollectorError } from '../errors/errors.ts';
import { makeDirectory } from '../process/index.ts';

/** Reserves a data directory for one collector. */
export interface DirectoryLock {
  release(): void;
}

const SQLITE_BUSY = 5;

/** The garbage collector closes a database without references, and releases its lock with it. */
const held = new Set<DatabaseSync>();

/**
 * Creates the directory if needed and locks it for this process. The kernel drops the lock when the process ends in any
 * way, so a lock is never stale.
 *
 * @throws {CollectorError} `ERR_DATA_DIR` when the directory cannot be created or written, or another collector holds
 *   it; the message names its process id where that could be read.
 */
export function lockDirectory(dataDir: string): DirectoryLock {
  const pidFile = join(dataDir, 'collector.pid');
  let database: DatabaseSync | undefined;
  try {
    makeDirectory(dataDir);
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
    // SQLite's locks are fcntl(2) locks, held while the transaction is open.
    database = new DatabaseSync(join(dataDir, 'collector.lock'), { timeout: 0 });
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    tryToWrite(pidFile, `${process.pid}\n`);
  } catch (error) {
    database?.close();
    throw asDirectoryError(error, dataDir, pidFile);
  }
  const locked = database;
  held.add(locked);
  return {
    release: () => {
      if (!held.delete(locked)) return;
      rmSync(pidFile, { force: true });
      locked.close();
    },
  };
}

/** Only used for messages: a full disk must not prevent the start. */
function tryToWrite(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    if (!['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

function asDirectoryError(error: unknown, dataDir: string, pidFile: string): CollectorError {
  const { errcode, message } = error as { errcode?: number; message: string };
  if (errcode !== SQLITE_BUSY) {
    return new CollectorError('ERR_DATA_DIR', `the data directory ${dataDir} cannot be used: ${message}`, {
      cause: error,
    });
  }
  const owner = readPid(pidFile);
  const who = owner === undefined ? 'another collector' : `another collector (process ${owner})`;
  return new CollectorError('ERR_DATA_DIR', `the data directory ${dataDir} is in use by ${who}`, {
    cause: error,
  });
}

function readPid(pidFile: string): string | undefined {
  try {
    return /^\d+/.exec(readFileSync(pidFile, 'utf8'))?.[0];
  } catch {
    return undefined;
  }
}
