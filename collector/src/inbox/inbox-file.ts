import type { DatabaseSync } from 'node:sqlite';
import { openInboxFile } from './schema.ts';
import type { Statements } from './statements.ts';
import { prepareStatements } from './statements.ts';

/** The open SQLite file: its statements, and transactions that record whether the disk works. */
export class InboxFile {
  readonly database: DatabaseSync;
  readonly statements: Statements;
  #failure: string | undefined;

  /** @throws {CollectorError} `ERR_DATA_DIR` when the file cannot be opened. */
  constructor(path: string) {
    this.database = openInboxFile(path);
    try {
      this.statements = prepareStatements(this.database);
    } catch (error) {
      this.database.close();
      throw error;
    }
  }

  /** Why the last write failed, until one succeeds. */
  get failure(): string | undefined {
    return this.#failure;
  }

  meta(key: string): string | undefined {
    const value = this.database.prepare('SELECT value FROM meta WHERE key = ?').get(key)?.['value'];
    return typeof value === 'string' ? value : undefined;
  }

  /** All or nothing. If not `durable`, the commit is ordered with the others but not yet synced. */
  transaction<T>(work: () => T, durable = true): T {
    if (!durable) this.database.exec('PRAGMA synchronous = NORMAL');
    try {
      this.database.exec('BEGIN IMMEDIATE');
      const result = work();
      this.database.exec('COMMIT');
      this.#failure = undefined;
      return result;
    } catch (error) {
      this.#failure = messageOf(error);
      if (this.database.isTransaction) this.database.exec('ROLLBACK');
      throw error;
    } finally {
      if (!durable) this.database.exec('PRAGMA synchronous = FULL');
    }
  }

  close(): void {
    this.database.close();
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
