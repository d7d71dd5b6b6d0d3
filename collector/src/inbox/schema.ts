import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CollectorError } from '../errors/errors.ts';
import { makeDirectory } from '../process/index.ts';
import { unavailable } from './unavailable.ts';

const VERSION = 3;

// Small rows are apart from the bodies, so planning and counting never touch the pages of a body. `bytes` is the length
// of the request, `stored_bytes` the size of its stored body; `checksum` is the CRC-32 of the stored body, absent for a
// body that an older version stored.
const SCHEMA = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE requests (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    received_at INTEGER NOT NULL,
    encoding TEXT NOT NULL,
    content_type TEXT NOT NULL,
    spans INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    stored_bytes INTEGER NOT NULL DEFAULT 0
  );
  CREATE TABLE bodies (seq INTEGER PRIMARY KEY, body BLOB NOT NULL, packing INTEGER NOT NULL DEFAULT 0,
    checksum INTEGER);
  CREATE TABLE acknowledged (
    hash BLOB PRIMARY KEY,
    received_at INTEGER NOT NULL,
    spans INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    message TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX acknowledged_age ON acknowledged (received_at);
  CREATE TABLE cursors (consumer TEXT PRIMARY KEY, done_to INTEGER NOT NULL, planned_to INTEGER NOT NULL,
    planned_at INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
  PRAGMA user_version = ${VERSION};
`;

/** Bodies were uncompressed; the inbox empties the table of dead letters once it is open. */
const FROM_VERSION_1 = `
  ALTER TABLE requests ADD COLUMN stored_bytes INTEGER NOT NULL DEFAULT 0;
  UPDATE requests SET stored_bytes = bytes;
  ALTER TABLE bodies ADD COLUMN packing INTEGER NOT NULL DEFAULT 0;
`;

const FROM_VERSION_2 = `
  ALTER TABLE bodies ADD COLUMN checksum INTEGER;
  ALTER TABLE cursors ADD COLUMN planned_at INTEGER NOT NULL DEFAULT 0;
`;

/**
 * Opens the inbox file; creates it if absent. A commit is on disk when it returns: WAL with `synchronous = FULL`.
 *
 * @throws {CollectorError} `ERR_DATA_DIR` when the file cannot be opened, is damaged or comes from a newer version;
 *   `ERR_INBOX_UNAVAILABLE` (503) when the disk is full or fails, which may pass.
 */
export function openInboxFile(path: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    makeDirectory(dirname(path));
    database = new DatabaseSync(path, { timeout: 1000 });
    database.exec(`
      PRAGMA auto_vacuum = INCREMENTAL;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA journal_size_limit = 67108864;
      PRAGMA cache_size = -8192;
    `);
    prepareSchema(database);
    return database;
  } catch (error) {
    database?.close();
    const reason = error instanceof Error ? error.message : String(error);
    if (isOfTheDisk(error)) throw unavailable(`the inbox ${path} cannot be opened: ${reason}`, 5, error);
    throw new CollectorError('ERR_DATA_DIR', `the inbox ${path} cannot be opened: ${reason}`, {
      cause: error,
    });
  }
}

/** SQLITE_IOERR and SQLITE_FULL with all their extended codes, and errors of the file system itself. */
function isOfTheDisk(error: unknown): boolean {
  const { errcode = 0, code = '' } = error as { errcode?: number; code?: string };
  return [10, 13].includes(errcode & 0xff) || ['ENOSPC', 'EDQUOT', 'EIO'].includes(code);
}

function prepareSchema(database: DatabaseSync): void {
  database.exec('BEGIN IMMEDIATE');
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
  if (version > VERSION)
    throw new Error(
      `it was written by a newer version (format ${version}; this version reads up to ${VERSION})`,
    );
  if (version === 0) {
    database.exec(SCHEMA);
    const id = randomBytes(8).toString('hex');
    database.prepare('INSERT INTO meta (key, value) VALUES (?, ?)').run('inbox_id', id);
  } else if (version < VERSION) {
    if (version < 2) database.exec(FROM_VERSION_1);
    database.exec(`${FROM_VERSION_2} PRAGMA user_version = ${VERSION}`);
  }
  database.exec('COMMIT');
}
