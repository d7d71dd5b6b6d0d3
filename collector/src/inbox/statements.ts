import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** The statements of the inbox, prepared once. */
export type Statements = Readonly<Record<keyof typeof SQL, StatementSync>>;

const SQL = {
  insertRequest:
    'INSERT INTO requests (received_at, encoding, content_type, spans, bytes, stored_bytes) VALUES (?, ?, ?, ?, ?, ?)',
  insertBody: 'INSERT INTO bodies (seq, body, packing, checksum) VALUES (?, ?, ?, ?)',
  acknowledge: `INSERT OR REPLACE INTO acknowledged (hash, received_at, spans, rejected, message)
    VALUES (?, ?, ?, ?, ?)`,
  acknowledged: 'SELECT received_at, spans, rejected, message FROM acknowledged WHERE hash = ?',
  forgetOld: `DELETE FROM acknowledged WHERE hash IN
    (SELECT hash FROM acknowledged WHERE received_at < ? ORDER BY received_at LIMIT ?)`,
  forgetMany: `DELETE FROM acknowledged WHERE hash IN
    (SELECT hash FROM acknowledged ORDER BY received_at LIMIT ?)`,
  entries: `SELECT seq, encoding, content_type, spans, bytes FROM requests
    WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?`,
  sizes: 'SELECT seq, stored_bytes FROM requests WHERE seq > ? AND seq <= ? ORDER BY seq',
  request: 'SELECT received_at, encoding, content_type, spans FROM requests WHERE seq = ?',
  body: 'SELECT body, packing, checksum FROM bodies WHERE seq = ?',
  receivedAt: 'SELECT received_at FROM requests WHERE seq > ? ORDER BY seq LIMIT 1',
  oldest: 'SELECT seq, stored_bytes FROM requests WHERE seq <= ? ORDER BY seq LIMIT ?',
  deleteBodies: 'DELETE FROM bodies WHERE seq <= ?',
  deleteRequests: 'DELETE FROM requests WHERE seq <= ?',
  freePages: 'PRAGMA freelist_count',
  touch: "INSERT OR REPLACE INTO meta (key, value) VALUES ('touched', ?)",
} as const;

/** Prepares all of them; the tables must exist. */
export function prepareStatements(database: DatabaseSync): Statements {
  const pairs = Object.entries(SQL).map(([name, sql]) => [name, database.prepare(sql)] as const);
  return Object.fromEntries(pairs) as Statements;
}
