import { setTimeout as delay } from 'node:timers/promises';
import { ClickHouseError } from '@clickhouse/client';
import { asReadError, isOfTheEngine } from './client.ts';

/** Pauses before each attempt, because merges also hold memory and release it when they are done. */
const PAUSES_MILLIS = [0, 1000, 3000];
/** A query that waited longer for its turn is refused, and its client is asked to retry. */
const LONGEST_WAIT_MILLIS = 20_000;

/** Repeats queries that failed for a temporary reason. */
export class Patience {
  /** The end of the last query that had to wait for the engine's memory. */
  #oneByOne: Promise<unknown> = Promise.resolve();

  /**
   * Several large queries at the same time may need more memory than the engine has. Each of them is repeated alone: it
   * then gets an answer or reaches its own limit, which is a permanent error.
   *
   * @param query throws the ClickHouse client's error
   * @throws {CollectorError} as {@link asReadError}
   */
  async ask<T>(query: () => Promise<T>): Promise<T> {
    try {
      return await twice(query);
    } catch (error) {
      if (!isShortOfMemory(error)) throw error;
      const sinceMillis = performance.now();
      const turn = this.#oneByOne.then(async () => {
        if (performance.now() - sinceMillis > LONGEST_WAIT_MILLIS) throw error;
        return alone(query);
      });
      this.#oneByOne = turn.catch(() => undefined);
      return turn;
    }
  }
}

async function alone<T>(query: () => Promise<T>): Promise<T> {
  let short: unknown;
  for (const millis of PAUSES_MILLIS) {
    await delay(millis);
    try {
      return await twice(query);
    } catch (error) {
      if (!isShortOfMemory(error)) throw error;
      short = error;
    }
  }
  throw short;
}

/** The first request on a kept-alive socket fails if the engine restarted in between. */
async function twice<T>(query: () => Promise<T>): Promise<T> {
  try {
    return await query();
  } catch (error) {
    if (!isStaleSocket(error)) throw asReadError(error);
  }
  return query().catch((error: unknown) => {
    throw asReadError(error);
  });
}

function isShortOfMemory(error: unknown): boolean {
  const { cause } = error as { cause?: unknown };
  return cause instanceof ClickHouseError && isOfTheEngine(cause);
}

function isStaleSocket(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return code === 'ECONNRESET' || code === 'EPIPE';
}
