import { createWriteStream, mkdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { quote } from './query-params.ts';

/** `INSERT INTO t (columns) [SETTINGS …] FORMAT RowBinary`, with the rows as the body. */
const BINARY_INSERT = /^(INSERT\s+INTO\s+[^']+?)(\s+SETTINGS\s[\s\S]*?)?\s+FORMAT\s+(RowBinary|Native)$/i;

/** Most bytes written to the file at once. */
const WRITE_BYTES = 1024 ** 2;

/** True for an insert with a binary body. */
export function isBinaryInsert(sql: string): boolean {
  return BINARY_INSERT.test(sql);
}

/** Folder for files of rows on their way into the engine, within its data directory. Emptied at every engine start. */
export function incomingDirOf(dataDir: string): string {
  return resolve(dataDir, 'incoming');
}

/**
 * Passes binary rows to the engine. chDB takes a statement with its rows as one text, which would corrupt binary rows.
 * So they go through a file, in a folder that is emptied at every start.
 */
export class BinaryInserts {
  readonly #folder: string;
  #serial = 0;

  constructor(dataDir: string) {
    this.#folder = incomingDirOf(dataDir);
    rmSync(this.#folder, { recursive: true, force: true });
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
  }

  /**
   * Writes the body of an insert to a file and runs the statement that reads it. A truncated body is not inserted.
   *
   * @param limit stops a body that is too large, by throwing
   */
  async run<T>(
    sql: string,
    body: Readable,
    limit: (chunks: AsyncIterable<Buffer>) => AsyncIterable<Buffer>,
    execute: (sql: string) => Promise<T>,
  ): Promise<T> {
    const [, insert, settings = '', format] = BINARY_INSERT.exec(sql) ?? [];
    const path = join(this.#folder, String(++this.#serial));
    try {
      await pipeline(body, limit, createWriteStream(path, { highWaterMark: WRITE_BYTES }));
      return await execute(`${insert} FROM INFILE ${quote(path)}${settings} FORMAT ${format}`);
    } finally {
      await rm(path, { force: true });
    }
  }
}
