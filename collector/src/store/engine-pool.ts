import { drainPending, Session } from 'chdb';
import { quote } from './query-params.ts';

/** How a statement is run: on the one writer, on a free reader, or beside both (KILL QUERY). */
export type Lane = 'write' | 'read' | 'control';

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
  /** Statements that read at the same time, default 3. One connection runs one statement at a time. */
  readonly readers?: number;
}

interface Connection {
  session: Session;
  database: string;
}

/**
 * Set once on every connection: constants only, because a setting stays on a connection for ever. The time limit is
 * a net under reading statements that bring no bound of their own.
 */
const SETTINGS: Readonly<Record<Lane, string>> = {
  read: 'SET output_format_json_quote_64bit_integers=1, max_execution_time=60',
  write: 'SET output_format_json_quote_64bit_integers=1',
  control: 'SET output_format_json_quote_64bit_integers=1',
};

/** The connections of this process to its chDB: one data directory, several statements at a time. */
export class EnginePool {
  readonly #dataDir: string;
  readonly #boot: Session;
  readonly #control: Connection;
  readonly #idle: Record<'write' | 'read', Connection[]>;
  readonly #waiting: Record<'write' | 'read', ((connection: Connection) => void)[]> = { write: [], read: [] };
  readonly #all: Connection[];
  #tag = 0;

  constructor(options: PoolOptions) {
    // Server limits can only be given to the first connection of the process, which therefore stays open.
    this.#boot = new Session(options.dataDir, {
      connectionArgs: [`--max_server_memory_usage=${options.memoryBytes}`, '--background_pool_size=4'],
    });
    this.#dataDir = options.dataDir;
    const readers = Array.from({ length: options.readers ?? 3 }, () => this.#connect('read'));
    const writer = this.#connect('write');
    this.#control = this.#connect('control');
    this.#idle = { write: [writer], read: readers };
    this.#all = [...readers, writer, this.#control];
  }

  /**
   * Runs one statement. Aborting the signal kills it in the engine (a reading one; an insert is left to finish).
   *
   * @throws {Error} what the engine says, with `clickhouseCode` where it has one.
   */
  async run(
    lane: Lane,
    statement: { sql: string; format: string; database: string | undefined; signal: AbortSignal },
  ): Promise<StatementResult> {
    const connection = lane === 'control' ? this.#control : await this.#acquire(lane);
    try {
      statement.signal.throwIfAborted();
      const database = statement.database ?? 'default';
      if (connection.database !== database) {
        await connection.session.queryAsync(`USE \`${database.replaceAll(/[\\`]/g, String.raw`\$&`)}\``);
        connection.database = database;
      }
      return await this.#execute(connection, lane, statement);
    } catch (error) {
      // What a failed statement had already written would come out before the next answer of its connection.
      connection.session.close();
      Object.assign(connection, this.#connect(lane));
      throw error;
    } finally {
      if (lane !== 'control') this.#release(lane, connection);
    }
  }

  /** Stops every running statement that reads, then lets go of the data directory. */
  async close(): Promise<void> {
    await this.#kill('/* sandscope:').catch(() => undefined);
    for (const { session } of this.#all) session.close();
    this.#boot.close();
    await drainPending();
  }

  #connect(lane: Lane): Connection {
    const session = new Session(this.#dataDir);
    session.query(SETTINGS[lane]);
    return { session, database: 'default' };
  }

  async #execute(
    connection: Connection,
    lane: Lane,
    { sql, format, signal }: { sql: string; format: string; signal: AbortSignal },
  ): Promise<StatementResult> {
    this.#tag += 1;
    const tag = `/* sandscope:${this.#tag} */`;
    const kill = (): void => void this.#kill(tag).catch(() => undefined);
    if (lane === 'read') signal.addEventListener('abort', kill, { once: true });
    try {
      const result = await connection.session.queryAsync(lane === 'read' ? `${tag} ${sql}` : sql, { format });
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

  /** The binding cannot interrupt a statement and the engine knows no query id of ours, so they are found by tag. */
  async #kill(tagPrefix: string): Promise<void> {
    await this.#control.session.queryAsync(`KILL QUERY WHERE startsWith(query, ${quote(tagPrefix)}) ASYNC`);
  }

  #acquire(lane: 'write' | 'read'): Promise<Connection> {
    const free = this.#idle[lane].pop();
    if (free) return Promise.resolve(free);
    return new Promise((resolve) => this.#waiting[lane].push(resolve));
  }

  #release(lane: 'write' | 'read', connection: Connection): void {
    const next = this.#waiting[lane].shift();
    if (next) next(connection);
    else this.#idle[lane].push(connection);
  }
}
