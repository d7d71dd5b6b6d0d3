import { drainPending, Session } from 'chdb';
import { ENGINE_DATABASE, OTHERS_SQL, READ_ONLY, writeAccessConfig } from './engine-access.ts';
import { lowerMergePriority } from './merge-priority.ts';
import { quote } from './query-params.ts';

/**
 * Where a statement runs: on the single writer, on a free reader, on the connection that moves rows from table to table
 * and must not delay incoming spans, on one of those for users' SQL, or beside all of them (KILL QUERY).
 */
export type Lane = 'write' | 'read' | 'background' | 'sql' | 'control';
type QueuedLane = Exclude<Lane, 'control'>;

export interface StatementResult {
  readonly bytes: Uint8Array;
  readonly rowsRead: number;
  readonly bytesRead: number;
  readonly elapsedSeconds: number;
}

export interface PoolOptions {
  readonly dataDir: string;
  /** Memory of the whole engine, bytes. */
  readonly memoryBytes: number;
  /** Concurrent reading statements, default 5. One connection runs one statement at a time. */
  readonly readers?: number;
  /** Concurrent statements of users' SQL, default 2. */
  readonly sqlReaders?: number;
}

interface Connection {
  readonly lane: Lane;
  /** Created on demand: creation can fail too, for lack of memory. */
  session: Session | undefined;
  database: string;
}

/**
 * Set once on every connection: constants only, because a setting stays on a connection permanently. The time limit is
 * a safety net for reading statements without a limit of their own.
 */
const SETTINGS: Readonly<Record<Lane, readonly string[]>> = {
  read: ['SET output_format_json_quote_64bit_integers=1, max_execution_time=60', ...READ_ONLY],
  write: ['SET output_format_json_quote_64bit_integers=1'],
  background: ['SET output_format_json_quote_64bit_integers=1'],
  sql: OTHERS_SQL,
  control: ['SET output_format_json_quote_64bit_integers=1'],
};

/** Share of the engine's memory beyond which no further merge begins, so that several large merges never coincide. */
const MERGE_MEMORY_SHARE = 0.3;

/** The connections of this process to its chDB: one data directory, several concurrent statements. */
export class EnginePool {
  readonly #dataDir: string;
  readonly #boot: Session;
  readonly #control: Connection;
  readonly #idle: Readonly<Record<QueuedLane, Connection[]>>;
  readonly #waiting: Readonly<Record<QueuedLane, ((connection: Connection) => void)[]>> = {
    write: [],
    read: [],
    background: [],
    sql: [],
  };
  readonly #all: Connection[];
  #tag = 0;
  #mergesYield = false;

  constructor(options: PoolOptions) {
    // Server limits can only be given to the first connection of the process, which therefore stays open.
    this.#boot = new Session(options.dataDir, {
      connectionArgs: [
        `--config-file=${writeAccessConfig(options.dataDir)}`,
        `--max_server_memory_usage=${options.memoryBytes}`,
        '--background_pool_size=4',
        `--merges_mutations_memory_usage_soft_limit=${Math.floor(options.memoryBytes * MERGE_MEMORY_SHARE)}`,
      ],
    });
    this.#dataDir = options.dataDir;
    const readers = Array.from({ length: options.readers ?? 5 }, () => connection('read'));
    this.#control = connection('control');
    const sql = Array.from({ length: options.sqlReaders ?? 2 }, () => connection('sql'));
    this.#idle = { write: [connection('write')], read: readers, background: [connection('background')], sql };
    this.#all = [...Object.values(this.#idle).flat(), this.#control];
  }

  /**
   * Runs one statement. Aborting the signal kills a reading statement in the engine; an insert runs to completion.
   *
   * @throws {Error} the engine's message, with `clickhouseCode` where it has one.
   */
  async run(
    lane: Lane,
    statement: { sql: string; format: string; database: string | undefined; signal: AbortSignal },
  ): Promise<StatementResult> {
    const connection = lane === 'control' ? this.#control : await this.#acquire(lane, statement.signal);
    try {
      statement.signal.throwIfAborted();
      const session = this.#sessionOf(connection);
      const database = statement.database ?? 'default';
      if (connection.database !== database) {
        await session.queryAsync(`USE \`${database.replaceAll(/[\\`]/g, String.raw`\$&`)}\``);
        connection.database = database;
      }
      const result = await this.#execute(session, lane, statement);
      if (!this.#mergesYield) this.#mergesYield = lowerMergePriority();
      return result;
    } catch (error) {
      // Otherwise the partial output of a failed statement would appear before the next answer of its connection.
      connection.session?.close();
      connection.session = undefined;
      throw error;
    } finally {
      if (lane !== 'control') this.#release(lane, connection);
    }
  }

  /** Runs a cheap statement, in parallel with all others. @throws {Error} the engine's message */
  async probe(): Promise<void> {
    const signal = new AbortController().signal;
    await this.run('control', { sql: 'SELECT 1', format: 'TabSeparated', database: undefined, signal });
  }

  /** Stops every running reading statement, then releases the data directory. */
  async close(): Promise<void> {
    await this.#kill('/* sandscope:').catch(() => undefined);
    for (const { session } of this.#all) session?.close();
    this.#boot.close();
    await drainPending();
  }

  #sessionOf(connection: Connection): Session {
    if (connection.session !== undefined) return connection.session;
    const session = new Session(this.#dataDir);
    try {
      for (const setting of SETTINGS[connection.lane]) session.query(setting);
    } catch (error) {
      session.close();
      throw error;
    }
    connection.session = session;
    connection.database = connection.lane === 'sql' ? ENGINE_DATABASE : 'default';
    return session;
  }

  async #execute(
    session: Session,
    lane: Lane,
    { sql, format, signal }: { sql: string; format: string; signal: AbortSignal },
  ): Promise<StatementResult> {
    this.#tag += 1;
    const tag = `/* sandscope:${this.#tag} */`;
    const kill = (): void => void this.#kill(tag).catch(() => undefined);
    const isKillable = lane === 'read' || lane === 'sql';
    if (isKillable) signal.addEventListener('abort', kill, { once: true });
    try {
      const result = await session.queryAsync(isKillable ? `${tag} ${sql}` : sql, { format });
      return {
        bytes: result.bytes(),
        rowsRead: result.rowsRead,
        bytesRead: result.bytesRead,
        elapsedSeconds: result.elapsed,
      };
    } finally {
      signal.removeEventListener('abort', kill);
    }
  }

  /** The binding cannot interrupt a statement, and the engine does not know our query ids, so they are found by tag. */
  async #kill(tagPrefix: string): Promise<void> {
    await this.#sessionOf(this.#control).queryAsync(
      `KILL QUERY WHERE startsWith(query, ${quote(tagPrefix)}) ASYNC`,
    );
  }

  /** The next free connection; a client that disconnects while waiting takes none. */
  #acquire(lane: QueuedLane, signal: AbortSignal): Promise<Connection> {
    const free = this.#idle[lane].pop();
    if (free) return Promise.resolve(free);
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting[lane];
      const leave = (): void => {
        waiting.splice(waiting.indexOf(take), 1);
        reject(signal.reason as Error);
      };
      const take = (connection: Connection): void => {
        signal.removeEventListener('abort', leave);
        resolve(connection);
      };
      waiting.push(take);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  #release(lane: QueuedLane, connection: Connection): void {
    const next = this.#waiting[lane].shift();
    if (next) next(connection);
    else this.#idle[lane].push(connection);
  }
}

function connection(lane: Lane): Connection {
  return { lane, session: undefined, database: 'default' };
}
