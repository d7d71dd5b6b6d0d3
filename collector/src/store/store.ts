import { buffer } from 'node:stream/consumers';
import type { ClickHouseClient } from '@clickhouse/client';
import { currentCancellation } from './cancellation.ts';
import { asWriteError, connect } from './client.ts';
import type { Connection } from './client.ts';
import { layoutOf } from './cluster/index.ts';
import type { Layout } from './cluster/index.ts';
import { migrate } from './migrations/index.ts';
import { Patience } from './patience.ts';
import { quote } from './query-params.ts';
import { ttls } from './retention.ts';
import { RowBinaryReader } from './row-binary.ts';
import type { Retention } from './retention.ts';

/** Limits of one query; the engine stops it at whichever comes first. */
export interface QueryLimits {
  /** Default 10. */
  readonly maxSeconds?: number;
  /** Default 512 MiB, at most half of the engine's memory. */
  readonly maxMemoryBytes?: number;
  /** Default 200 000. More is an error, never a silent truncation. */
  readonly maxRows?: number;
  /** CPU threads of the engine. Default as many as the machine has. */
  readonly maxThreads?: number;
}

const DEFAULT_SECONDS = 10;
const DEFAULT_MEMORY_BYTES = 512 * 1024 ** 2;
const DEFAULT_ROWS = 200_000;
/** Sorting and grouping of derived data spill to files beyond this. */
const SPILL_BYTES = 128 * 1024 ** 2;
/**
 * Share of the engine's memory for one query. Beside tables and merges, a query reaches its own limit first. That is
 * reported as a permanent error, unlike the engine's limit.
 */
const QUERY_SHARE = 0.5;

/** Reads of the stored spans and derived tables, and the schema they are in. */
export class Store {
  readonly #client: ClickHouseClient;
  /** Runs the questions; with a separate read-only user where there is one. */
  readonly #reader: ClickHouseClient;
  /** The database that every statement names. */
  readonly database: string;

  readonly #layout: Layout;
  readonly #queryBytes: number;
  readonly #patience = new Patience();

  private constructor(
    client: ClickHouseClient,
    reader: ClickHouseClient,
    layout: Layout,
    memoryBytes: number | undefined,
  ) {
    this.#client = client;
    this.#reader = reader;
    this.#layout = layout;
    this.database = layout.database;
    this.#queryBytes = Math.min(DEFAULT_MEMORY_BYTES, Math.floor((memoryBytes ?? Infinity) * QUERY_SHARE));
  }

  /**
   * Connects and brings the schema up to date.
   *
   * @throws {CollectorError} `ERR_ENGINE_UNAVAILABLE` when nobody answers (open again later), `ERR_STORE_REJECTED` when
   *   the schema cannot be created, `ERR_OPTION` for a bad database name.
   */
  static async open(connection: Connection): Promise<Store> {
    const store = Store.connect(connection);
    try {
      await migrate(store.#client, connection);
    } catch (error) {
      await store.close();
      throw asWriteError(error);
    }
    return store;
  }

  /** Connects to tables that are up to date. @throws {CollectorError} `ERR_OPTION` for a bad database name. */
  static connect(connection: Connection): Store {
    const client = connect(connection, 60_000);
    const { query } = connection;
    const reader = query === undefined ? client : connect({ ...connection, ...query }, 60_000);
    return new Store(client, reader, layoutOf(connection), connection.memoryBytes);
  }

  /**
   * Rows of one SELECT. Values are passed as `{name:Type}` parameters and never as text; 64-bit integers are returned
   * as strings. An aborted signal kills the query in the engine; the default is the signal of the current HTTP request.
   *
   * @throws {CollectorError} `ERR_QUERY_LIMIT` at a limit, `ERR_ENGINE_UNAVAILABLE` (503) when the engine is
   *   unavailable.
   */
  async query<Row>(
    sql: string,
    params: Readonly<Record<string, unknown>> = {},
    limits: QueryLimits = {},
    signal?: AbortSignal,
  ): Promise<Row[]> {
    const request = this.#request(sql, params, limits, signal);
    return this.#patience.ask(async () => {
      const result = await this.#reader.query({ ...request, format: 'JSONEachRow' });
      return result.json<Row>();
    });
  }

  /**
   * Rows of one SELECT in the RowBinary format, for many numbers; otherwise like {@link query}.
   *
   * @throws {CollectorError} `ERR_QUERY_LIMIT` at a limit, `ERR_ENGINE_UNAVAILABLE` (503) when the engine is
   *   unavailable.
   */
  async queryBinary(
    sql: string,
    params: Readonly<Record<string, unknown>> = {},
    limits: QueryLimits = {},
    signal?: AbortSignal,
  ): Promise<RowBinaryReader> {
    const { query, ...request } = this.#request(sql, params, limits, signal);
    return this.#patience.ask(async () => {
      const { stream } = await this.#reader.exec({ ...request, query: `${query}\nFORMAT RowBinary` });
      return new RowBinaryReader(await buffer(stream));
    });
  }

  /** A SELECT with its limits. */
  #request(
    sql: string,
    params: Readonly<Record<string, unknown>>,
    limits: QueryLimits,
    signal: AbortSignal | undefined,
  ) {
    const memoryBytes = limits.maxMemoryBytes ?? this.#queryBytes;
    const settings = [
      `max_execution_time=${limits.maxSeconds ?? DEFAULT_SECONDS}`,
      `max_memory_usage=${memoryBytes}`,
      `max_result_rows=${limits.maxRows ?? DEFAULT_ROWS}`,
      `result_overflow_mode='throw'`,
      `max_bytes_before_external_sort=${Math.min(SPILL_BYTES, Math.floor(memoryBytes / 4))}`,
      `max_bytes_before_external_group_by=${Math.floor(memoryBytes / 2)}`,
      ...(limits.maxThreads === undefined ? [] : [`max_threads=${limits.maxThreads}`]),
    ];
    const cancellation = signal ?? currentCancellation();
    return {
      query: `${sql}\nSETTINGS ${settings.join(', ')}`,
      query_params: params,
      ...(cancellation && { abort_signal: cancellation }),
    };
  }

  /**
   * Runs one writing statement. There are no parameters; values must be literals.
   *
   * @throws {CollectorError} `ERR_STORE_REJECTED`, `ERR_ENGINE_UNAVAILABLE` (503) when the engine is unavailable.
   */
  async command(statement: string): Promise<void> {
    const spillBytes = Math.min(SPILL_BYTES, Math.floor(this.#queryBytes / 4));
    const settings = `max_threads=1, max_memory_usage=${this.#queryBytes}, max_bytes_before_external_sort=${spillBytes}, max_bytes_before_external_group_by=${spillBytes}`;
    try {
      await this.#client.command({ query: `${statement}\nSETTINGS ${settings}` });
    } catch (error) {
      throw asWriteError(error);
    }
  }

  /** `ON CLUSTER …` with a leading space, for statements that have to run on every server; empty on a single one. */
  get onCluster(): string {
    return this.#layout.onCluster;
  }

  /** Whether rows are on the shards of a cluster, where {@link deleteRows} accepts no condition that reads tables. */
  get isCluster(): boolean {
    return this.#layout.onCluster !== '';
  }

  /**
   * Deletes rows in place, on every shard. On a cluster a condition must not read any table: each replica evaluates it
   * by itself, and the results would differ.
   *
   * @throws {CollectorError} `ERR_STORE_REJECTED`, `ERR_ENGINE_UNAVAILABLE` (503).
   */
  async deleteRows(table: string, condition: string): Promise<void> {
    const { tablesDatabase, onCluster } = this.#layout;
    await this.command(`DELETE FROM ${tablesDatabase}.${table}${onCluster} WHERE ${condition}`);
  }

  /**
   * Sets the retention of each kind of data; changes only tables that differ.
   *
   * @throws {CollectorError} `ERR_STORE_REJECTED`, `ERR_ENGINE_UNAVAILABLE` (503).
   */
  async retain(retention: Retention): Promise<void> {
    const tables = await this.query<{ name: string; create_table_query: string }>(
      'SELECT name, create_table_query FROM system.tables WHERE database = {database:String}',
      { database: this.#layout.tablesDatabase },
    );
    const made = new Map(tables.map((table) => [table.name, table.create_table_query]));
    for (const { table, expression } of ttls(retention)) {
      if (made.get(table)?.includes(`TTL ${expression}`) !== false) continue;
      const statement = `ALTER TABLE ${this.#layout.tablesDatabase}.${table}${this.#layout.onCluster} MODIFY TTL ${expression}`;
      await this.#client.command({ query: statement }).catch((error: unknown) => {
        throw asWriteError(error);
      });
    }
  }

  /**
   * Runs statements that create something, one after the other.
   *
   * @throws {CollectorError} `ERR_STORE_REJECTED`, `ERR_ENGINE_UNAVAILABLE` (503).
   */
  async define(statements: readonly string[]): Promise<void> {
    for (const query of statements) {
      await this.#client.command({ query }).catch((error: unknown) => {
        throw asWriteError(error);
      });
    }
  }

  /**
   * Links the current parts of every table of an embedded engine into `shadow/<name>` of its folder. The tables show
   * one moment if nothing is inserted meanwhile, except for rollups, which may be newer than their seals.
   *
   * @throws {CollectorError} `ERR_STORE_REJECTED`, `ERR_ENGINE_UNAVAILABLE` (503).
   */
  async freeze(name: string, signal?: AbortSignal): Promise<void> {
    const { tablesDatabase } = this.#layout;
    // Seals are linked first: a seal without its rows would be trusted, but rows without a seal are computed again.
    const tables = await this.query<{ name: string }>(
      `SELECT name FROM system.tables WHERE database = {database:String} AND engine LIKE '%MergeTree'
      ORDER BY name != 'seals', name`,
      { database: tablesDatabase },
      {},
      signal,
    );
    for (const table of tables) {
      signal?.throwIfAborted();
      const query = `ALTER TABLE ${tablesDatabase}.${table.name} FREEZE WITH NAME ${quote(name)}`;
      await this.#client.command({ query }).catch((error: unknown) => {
        throw asWriteError(error);
      });
    }
  }

  /** True when the engine answers. */
  async ping(): Promise<boolean> {
    const { success } = await this.#client.ping();
    return success;
  }

  async close(): Promise<void> {
    await this.#client.close();
    if (this.#reader !== this.#client) await this.#reader.close();
  }
}
