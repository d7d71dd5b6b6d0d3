import type { ClickHouseClient } from '@clickhouse/client';
import { asReadError, asWriteError, connect } from './client.ts';
import type { Connection } from './client.ts';
import { migrate } from './migrations/index.ts';

/** Bounds of one query; the engine stops it at whichever comes first. */
export interface QueryLimits {
  /** Default 10. */
  readonly maxSeconds?: number;
  /** Default 512 MiB. */
  readonly maxMemoryBytes?: number;
  /** Default 200 000. More is an error, never a silent cut. */
  readonly maxRows?: number;
}

const DEFAULT_SECONDS = 10;
const DEFAULT_MEMORY_BYTES = 512 * 1024 ** 2;
const DEFAULT_ROWS = 200_000;

/** Reads of the stored spans, and the schema they live in. */
export class Store {
  readonly #client: ClickHouseClient;
  /** The database every statement names its tables in. */
  readonly database: string;

  private constructor(client: ClickHouseClient, database: string) {
    this.#client = client;
    this.database = database;
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
      await migrate(client, connection.database);
    } catch (error) {
      await client.close();
      throw asWriteError(error);
    }
    return new Store(client, connection.database);
  }

  /**
   * Rows of one SELECT. Values come in as `{name:Type}` parameters and never as text; 64-bit integers come out as
   * strings. An aborted signal kills the query in the engine.
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
    ];
    const request = {
      query: `${sql}\nSETTINGS ${settings.join(', ')}`,
      format: 'JSONEachRow' as const,
      query_params: params,
      ...(signal && { abort_signal: signal }),
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

  /** True when the engine answers. */
  async ping(): Promise<boolean> {
    const { success } = await this.#client.ping();
    return success;
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  async #once<Row>(
    request: Parameters<ClickHouseClient['query']>[0] & { format: 'JSONEachRow' },
  ): Promise<Row[]> {
    const result = await this.#client.query(request);
    return result.json<Row>();
  }
}

function isStaleSocket(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return code === 'ECONNRESET' || code === 'EPIPE';
}
