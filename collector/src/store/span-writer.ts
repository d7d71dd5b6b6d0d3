import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';
import { CollectorError } from '../errors/errors.ts';
import { asWriteError, connect } from './client.ts';
import type { Connection } from './client.ts';
import { quote } from './query-params.ts';
import { withRowFile } from './row-file.ts';
import { INSERT_COLUMNS, TraceBlock } from './trace-block.ts';

/** Longest insert of a full batch with fsync on a slow disk; beyond that the engine counts as dead. */
const INSERT_TIMEOUT_MILLIS = 120_000;
const DAY_SECONDS = 86_400;
/** Rows received this long ago are visible to everything derived from rows. */
const UNNOTICED_SECONDS = 30;
/** Tables that record what changed when, and their other columns. */
const LATE_TABLES = [
  ['activity', ['slot', 'function', 'rows']],
  ['span_activity', ['slot']],
] as const;
/** Bytes read between two turns of the event loop, so that senders need not wait for an insert. */
const SLICE_BYTES = 256 * 1024;

/**
 * Writes spans into `otel_traces`, as one block in ClickHouse's Native format. It is only an HTTP client, so it can run
 * in any thread.
 *
 * ```ts
 * const writer = new SpanWriter({ url, user, password, database });
 * await writer.insertPacked([block.take()], 'inbox-1-1-500'); // the same rows and token again change nothing
 * ```
 */
export class SpanWriter {
  readonly #client: ClickHouseClient;
  readonly #database: string;
  readonly #table: string;
  readonly #incomingDir: string | undefined;
  /** Kept between inserts to reuse its memory. */
  #spareBlock: TraceBlock | undefined;

  constructor(connection: Connection) {
    this.#client = connect(connection, INSERT_TIMEOUT_MILLIS);
    this.#database = connection.database;
    this.#table = `${connection.database}.otel_traces`;
    this.#incomingDir = connection.incomingDir;
  }

  /**
   * Writes rows, all of them or none, and resolves once they are on disk. A token identifies this exact set of rows:
   * the engine skips a second insert with it, also in derived tables. The engine remembers tokens per partition, which
   * is the day of arrival; rows therefore count as received on the day their insert was planned.
   *
   * @param chunks from {@link TraceBlock.take}, concatenated
   * @param plannedAtMillis the same for every attempt with the token, ms since the epoch. Default now.
   * @throws {CollectorError} `ERR_ENGINE_UNAVAILABLE` when the same call may succeed later, `ERR_STORE_REJECTED` when
   *   it never will.
   */
  async insertPacked(
    chunks: readonly Uint8Array[],
    token: string,
    plannedAtMillis: number = Date.now(),
  ): Promise<void> {
    if (!/^[A-Za-z0-9-]{1,200}$/.test(token)) {
      throw new CollectorError('ERR_STORE_REJECTED', `${JSON.stringify(token)} is not a usable insert token`);
    }
    if (chunks.length === 0) return;
    const settings = [
      `insert_deduplication_token='${token}'`,
      'deduplicate_blocks_in_dependent_materialized_views=1',
      // One block per batch: the token is checked block by block.
      'min_insert_block_size_rows=1000000000',
      'min_insert_block_size_bytes=0',
      'async_insert=0',
      // Merges and FINAL replace rows later; doing it at each insert would cost a third of the insert.
      'optimize_on_insert=0',
    ];
    const insert = `INSERT INTO ${this.#table} (${INSERT_COLUMNS.join(', ')})`;
    const tail = `SETTINGS ${settings.join(', ')} FORMAT Native`;
    const block = this.#spareBlock ?? new TraceBlock();
    this.#spareBlock = undefined;
    const now = Math.floor(Date.now() / 1000);
    const receivedAt = withinDay(now, Math.floor(plannedAtMillis / 1000));
    try {
      await gather(chunks, block);
      if (this.#incomingDir === undefined) await this.#send(`${insert} ${tail}`, block, receivedAt);
      else {
        await withRowFile(this.#incomingDir, block.takeNative(receivedAt), (path) =>
          this.#client.command({ query: `${insert} FROM INFILE ${quote(path)} ${tail}` }),
        );
      }
      if (now - receivedAt > UNNOTICED_SECONDS) await this.#tellOfLate(receivedAt);
    } catch (error) {
      throw asWriteError(error);
    } finally {
      block.clear();
      this.#spareBlock = block;
    }
  }

  /**
   * Derived data is computed again when rows arrived after it, which their time of receipt shows. Rows dated to a past
   * day would go unnoticed.
   */
  async #tellOfLate(receivedAt: number): Promise<void> {
    const late = `changed_at = toDateTime(${receivedAt})`;
    for (const [table, columns] of LATE_TABLES) {
      const into = `${this.#database}.${table} (${columns.join(', ')}, changed_at)`;
      const query = `INSERT INTO ${into} SELECT ${columns.map((column) => (column === 'rows' ? 'toUInt64(0)' : column)).join(', ')}, now() FROM ${this.#database}.${table} WHERE ${late}`;
      await this.#client.command({ query });
    }
  }

  async #send(query: string, block: TraceBlock, receivedAt: number): Promise<void> {
    const { stream } = await this.#client.exec({
      query,
      values: Readable.from(copies(block.takeNative(receivedAt)), { objectMode: false }),
    });
    for await (const _ of stream as AsyncIterable<Buffer>);
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}

/** A moment moved into the UTC day of another; seconds since the epoch. */
function withinDay(seconds: number, ofSeconds: number): number {
  const midnight = ofSeconds - (ofSeconds % DAY_SECONDS);
  return Math.min(Math.max(seconds, midnight), midnight + DAY_SECONDS - 1);
}

/** A socket may still hold a chunk when the next one is produced. */
function* copies(pieces: Iterable<Buffer>): Generator<Buffer> {
  for (const piece of pieces) yield Buffer.from(piece);
}

async function gather(chunks: readonly Uint8Array[], block: TraceBlock): Promise<void> {
  let sliceBytes = 0;
  for (const chunk of chunks) {
    try {
      block.append(chunk);
    } catch (error) {
      throw new CollectorError('ERR_STORE_REJECTED', 'these are no packed rows', { cause: error });
    }
    sliceBytes += chunk.byteLength;
    if (sliceBytes < SLICE_BYTES) continue;
    sliceBytes = 0;
    await nextTurn();
  }
}
