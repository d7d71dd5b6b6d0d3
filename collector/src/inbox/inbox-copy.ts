import { randomBytes } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { STORE_CONSUMER } from './cursors.ts';
import { forgetMark } from './inbox-mark.ts';

/** The inbox in a data directory. */
export const INBOX_FILE = 'inbox.db';

/** More requests than come in while a backup is made. */
const SEQ_GAP = 1_000_000_000;

/**
 * Copies an inbox another process is writing to, as it is at one moment; nobody waits for it. The copy has no free pages.
 *
 * @throws {Error} of SQLite
 */
export function copyInbox(from: string, to: string): void {
  const database = new DatabaseSync(from, { readOnly: true, timeout: 5000 });
  try {
    database.prepare('VACUUM INTO ?').run(to);
  } finally {
    database.close();
  }
}

/**
 * Makes a copy an inbox of its own. The one it was made of goes on: what that numbers and inserts from now on must not be
 * taken for the same by what remembers insert tokens and the numbers of dead letters. So the copy gets another name,
 * and goes on with numbers the other one will not reach soon.
 *
 * @param storedTo the last request in the tables that are restored with it; absent when those are elsewhere
 */
export function detachInboxCopy(path: string, storedTo: number | undefined): void {
  const database = new DatabaseSync(path);
  try {
    database.exec('BEGIN IMMEDIATE');
    const id = randomBytes(8).toString('hex');
    database.prepare("UPDATE meta SET value = ? WHERE key = 'inbox_id'").run(id);
    const last = database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'requests'").get();
    database.exec("DELETE FROM sqlite_sequence WHERE name = 'requests'");
    database
      .prepare("INSERT INTO sqlite_sequence (name, seq) VALUES ('requests', ?)")
      .run(Math.max(Number(last?.['seq'] ?? 0), storedTo ?? 0) + SEQ_GAP);
    if (storedTo !== undefined) {
      database
        .prepare('UPDATE cursors SET done_to = ?, planned_to = ? WHERE consumer = ?')
        .run(storedTo, storedTo, STORE_CONSUMER);
    }
    database.exec('COMMIT');
    forgetMark(path);
  } finally {
    database.close();
  }
}
