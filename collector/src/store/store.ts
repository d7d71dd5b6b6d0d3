import type { ClickHouseClient } from '@clickhouse/client';
import { currentCancellation } from './cancellation.ts';
import { asReadError, asWriteError, connect } from './client.ts';
import type { Connection } from './client.ts';
import { layoutOf } from './cluster/index.ts';
import type { Layout } from './cluster/index.ts';
import { migrate } from './migrations/index.ts';
import { quote } from './query-params.ts';
import { ttls } from './retention.ts';
import type { Retention } from './retention.ts';

/** Bounds of one query; the engine stops it at whichever comes first. */
export interface QueryLimits {
  /** Default 10. */
  readonly maxSeconds?: number;
  /** Default 512 MiB. */
  readonly maxMemoryBytes?: number;
  /** Default 200 000. More is an error, never a silent cut. */
  readonly maxRows?: number;
  /** Processor threads of the engine. Default as many as the machine has. */
  readonly maxThreads?: number;
}

const DEFAULT_SECONDS = 10;
const DEFAULT_MEMORY_BYTES = 512 * 1024 ** 2;
const DEFAULT_ROWS = 200_000;
/** Sorting and grouping beyond this go through files. */
const SPILL_BYTES = 128 * 1024 ** 2;

/** Reads of the stored spans, and the schema they live in. */
export class Store {
  readonly #client: ClickHouseClient;
  /** Asks the questions; with a user of its own where there is one. */
  readonly #reader: ClickHouseClient;
  /** The database every statement names its tables in. */
  readonly database: string;

  readonly #layout: Layout;

  private constructor(client: ClickHouseClient, reader: ClickHouseClient, layout: Layout) {
    this.#client = client;
    this.#reader = reader;
    this.#layout = layout;
    this.database = layout.database;
  }

  /**
   * Connects and brings the schema up to date.
   *
   * @throws {CollectorError} `ERR_ENGINE_UNAVAILABLE` when nobody answers (open again later), `ERR_STORE_REJECTED`
   *   when the schema cannot be made, `ERR_OPTION` for a bad database name.
   */
  static async open(connection: Connection): Promise<Store> {
    const client = connect(connection, 60_000);
    try {
      await migrate(client, connection);
    } catch (error) {
      await client.close();
      throw asWriteError(error);
    }
    const { query } = connection;
    const reader = query === undefined ? client : connect({ ...connection, ...query }, 60_000);
    return new Store(client, reader, layoutOf(connection));
  }

  /**
   * Rows of one SELECT. Values come in as `{name:Type}` parameters and never as text; 64-bit integers come out as
   * strings. An aborted signal kills the query in the engine; the default is that of the HTTP request being served.
   *
   * @throws {CollectorError} `ERR_QUERY_LIMIT` at a bound, `ERR_ENGINE_UNAVAILABLE` (503) when the engine is away.
   */
  async query<Row>(
    sql: string,
    params: Readonly<Record<string, unknown>> = {},
    limits: QueryLimits = {},
    signal?: AbortSignal,
  ): Promise<Row[]> {
    const settings = [
      `max_execution_time=${limits.maxSeconds ?? DEFAULT_SECONDS}`,
      `max_memory_usage=${limits.maxMemoryBytes ?? DEFAULT_MEMORY_BYTES}`,
      `max_result_rows=${limits.maxRows ?? DEFAULT_ROWS}`,
      `result_overflow_mode='throw'`,
      `max_bytes_before_external_sort=${SPILL_BYTES}`,
      ...(limits.maxThreads === undefined ? [] : [`max_threads=${limits.maxThreads}`]),
    ];
    const cancellation = signal ?? currentCancellation();
    const request = {
      query: `${sql}\nSETTINGS ${settings.join(', ')}`,
      format: 'JSONEachRow' as const,
      query_params: params,
      ...(cancellation && { abort_signal: cancellation }),
    };
    try {
      return await this.#once<Row>(request);
    } catch (error) {
      // A kept-open socket of an engine that was restarted in between fails once.
      if (!isStaleSocket(error)) throw asReadError(error);
    }
    return this.#once<Row>(request).catch((error: unknown) => {
      throw asReadError(error);
    });
  }

  /**
   * Runs one statement that writes. Nothing is bound into it; values must be literals.
   *
   * @throws {CollectorError} `ERR_STORE_REJECTED`, `ERR_ENGINE_UNAVAILABLE` (503) when the engine is away.
   */
  async command(statement: string): Promise<void> {
    const settings = `max_threads=1, max_memory_usage=${DEFAULT_MEMORY_BYTES}, max_bytes_before_external_sort=${SPILL_BYTES}, max_bytes_before_external_group_by=${SPILL_BYTES}`;
    try {
      await this.#client.command({ query: `${statement}\nSETTINGS ${settings}` });
    } catch (error) {
      throw asWriteError(error);
    }
  }

  /**
   * Keeps each kind of data so long; only what differs from what the tables have is changed.
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
   * Links the parts of every table of an engine on this machine, as they are now, into `shadow/<name>` of its folder. The
   * tables are of one moment when nobody inserts meanwhile, but for rollups, which may be newer than their seals.
   *
   * @throws {CollectorError} `ERR_STORE_REJECTED`, `ERR_ENGINE_UNAVAILABLE` (503).
   */
  async freeze(name: string, signal?: AbortSignal): Promise<void> {
    const { tablesDatabase } = this.#layout;
    // A seal without its rows would be believed; rows without their seal are made again.
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

  async #once<Row>(
    request: Parameters<ClickHouseClient['query']>[0] & { format: 'JSONEachRow' },
  ): Promise<Row[]> {
    const result = await this.#reader.query(request);
    return result.json<Row>();
  }
}

function isStaleSocket(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return code === 'ECONNRESET' || code === 'EPIPE';
}
