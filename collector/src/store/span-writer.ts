import { Readable } from 'node:stream';
import type { ClickHouseClient } from '@clickhouse/client';
import { CollectorError } from '../errors.ts';
import { asWriteError, connect } from './client.ts';
import type { Connection } from './client.ts';
import { quote } from './query-params.ts';
import { RowBuffer } from './row-buffer.ts';
import { withRowFile } from './row-file.ts';
import { TRACE_COLUMNS, writeTraceRow } from './trace-columns.ts';
import type { TraceRow } from './trace-row.ts';

/** An insert of a full batch with fsync on a slow disk; longer is a dead engine. */
const INSERT_TIMEOUT_MILLIS = 120_000;

/**
 * Writes spans into `otel_traces`, as RowBinary. Only an HTTP client, so it can live in any thread.
 *
 * ```ts
 * const writer = new SpanWriter({ url, user, password, database });
 * await writer.insertBinary(rows, 'inbox-1-1-500'); // the same rows and token again change nothing
 * ```
 */
export class SpanWriter {
  readonly #client: ClickHouseClient;
  readonly #table: string;
  readonly #incomingDir: string | undefined;

  constructor(connection: Connection) {
    this.#client = connect(connection, INSERT_TIMEOUT_MILLIS);
    this.#table = `${connection.database}.otel_traces`;
    this.#incomingDir = connection.incomingDir;
  }

  /**
   * Writes rows, all of them or none, and resolves once they are on disk. A token names this very set of rows: a
   * second insert with it is skipped by the engine, in the tables made from this one too.
   *
   * @param chunks rows in RowBinary, in the columns `TRACE_COLUMNS`; they follow one another
   * @throws {CollectorError} `ERR_ENGINE_UNAVAILABLE` when the same call may succeed later, `ERR_STORE_REJECTED` when
   *   it never will.
   */
  async insertBinary(chunks: readonly Uint8Array[], token: string): Promise<void> {
    if (!/^[A-Za-z0-9-]{1,200}$/.test(token)) {
      throw new CollectorError('ERR_STORE_REJECTED', `${JSON.stringify(token)} is not a usable insert token`);
    }
    if (chunks.length === 0) return;
    const settings = [
      `insert_deduplication_token='${token}'`,
      'deduplicate_blocks_in_dependent_materialized_views=1',
      // One block a batch: the token is checked block by block.
      'max_insert_block_size=1000000',
      'input_format_parallel_parsing=0',
      'async_insert=0',
      // What replaces what is settled by merges and FINAL; to do it for each insert costs a third of the insert.
      'optimize_on_insert=0',
    ];
    const insert = `INSERT INTO ${this.#table} (${TRACE_COLUMNS.join(', ')})`;
    const tail = `SETTINGS ${settings.join(', ')} FORMAT RowBinary`;
    try {
      if (this.#incomingDir === undefined) await this.#send(`${insert} ${tail}`, chunks);
      else {
        await withRowFile(this.#incomingDir, chunks, (path) =>
          this.#client.command({ query: `${insert} FROM INFILE ${quote(path)} ${tail}` }),
        );
      }
    } catch (error) {
      throw asWriteError(error);
    }
  }

  async #send(query: string, chunks: readonly Uint8Array[]): Promise<void> {
    const { stream } = await this.#client.exec({
      query,
      values: Readable.from(chunks, { objectMode: false }),
    });
    for await (const _ of stream as AsyncIterable<Buffer>);
  }

  /** As `insertBinary`, for rows that are objects. */
  async insert(rows: readonly TraceRow[], token: string): Promise<void> {
    const out = new RowBuffer();
    for (const row of rows) writeTraceRow(out, row);
    await this.insertBinary(out.length === 0 ? [] : [out.copyFrom()], token);
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}
