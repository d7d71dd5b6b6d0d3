import { ENGINE_DATABASE } from './engine-access.ts';
import type { EnginePool, StatementResult } from './engine-pool.ts';
import { AllowedFunctions, checkStatement } from './sql/index.ts';
import type { Run } from './sql/index.ts';

/** Runs users' SQL: checks it first, then uses a role that can only read the public views. */
export class OthersSql {
  readonly #pool: EnginePool;
  #functions: Promise<AllowedFunctions> | undefined;

  constructor(pool: EnginePool) {
    this.#pool = pool;
  }

  /**
   * @param format used unless the statement names one
   * @throws {RefusedStatement} for a statement that must not run; {Error} of the engine
   */
  async run(
    statement: string,
    format: string,
    signal: AbortSignal,
  ): Promise<{ result: StatementResult; format: string }> {
    const own: Run = async (sql, as) =>
      (await this.#pool.run('sql', { sql, format: as, database: ENGINE_DATABASE, signal })).bytes;
    const checked = await checkStatement(own, await this.#allowed(), ENGINE_DATABASE, statement);
    const shown = checked.format ?? format;
    const result = await this.#pool.run('sql', {
      sql: checked.sql,
      format: shown,
      database: ENGINE_DATABASE,
      signal,
    });
    return { result, format: shown };
  }

  /** Queried once, on one of our connections: a client that disconnects must not cancel it. */
  #allowed(): Promise<AllowedFunctions> {
    this.#functions ??= this.#load().catch((error: unknown) => {
      this.#functions = undefined;
      throw error;
    });
    return this.#functions;
  }

  #load(): Promise<AllowedFunctions> {
    const { signal } = new AbortController();
    return AllowedFunctions.load(
      async (sql, format) =>
        (await this.#pool.run('read', { sql, format, database: undefined, signal })).bytes,
    );
  }
}
