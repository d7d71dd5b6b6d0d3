import { createWriteStream, mkdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { quote } from './query-params.ts';

/** `INSERT INTO t (columns) [SETTINGS …] FORMAT RowBinary`, whose rows are the body. */
const BINARY_INSERT = /^(INSERT\s+INTO\s+[^']+?)(\s+SETTINGS\s[\s\S]*?)?\s+FORMAT\s+(RowBinary|Native)$/i;

/** Written to the file at once, at most. */
const WRITE_BYTES = 1024 ** 2;

/** True for an insert whose body is binary. */
export function isBinaryInsert(sql: string): boolean {
  return BINARY_INSERT.test(sql);
}

/** Where files of rows are on their way into the engine of a data directory. Emptied whenever that starts. */
export function incomingDirOf(dataDir: string): string {
  return resolve(dataDir, 'incoming');
}

/**
 * Binary rows on their way into the engine. chDB takes a statement with its rows as one text, which binary ones do not
 * survive; so they go through a file, in a folder that is emptied at every start.
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
   * Puts the body of an insert into a file and runs the statement that reads it. A body that ends early is no insert.
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
