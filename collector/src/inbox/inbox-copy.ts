import { randomBytes } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { STORE_CONSUMER } from './cursors.ts';
import { forgetMark } from './inbox-mark.ts';

/** The inbox in a data directory. */
export const INBOX_FILE = 'inbox.db';

/** More requests than can arrive during a backup. */
const SEQ_GAP = 1_000_000_000;

/**
 * Copies an inbox that another process is writing to, as of one moment; nothing has to wait. The copy has no free
 * pages.
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
 * Turns a copy into an independent inbox. The original continues, so the two must not share insert tokens or numbers of
 * dead letters. The copy therefore gets another name, and its numbers continue far above those of the original.
 *
 * @param storedTo the last request in the tables that are restored with it; absent when the tables are elsewhere
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
