import { join } from 'node:path';
import { startEngine } from '../../collector/src/store/engine.ts';
import { Store } from '../../collector/src/store/store.ts';
import { PLAUSIBLE_TIMES } from '../../collector/src/store/migrations/009-whole-identity.ts';
import { LOAD } from './load.ts';

/** How often each span of the load is in the tables of a stopped collector, by its id. */
export interface Stored {
  readonly spans: ReadonlyMap<string, number>;
  /** As queries see them, plus those that are excluded from statistics because of their times. */
  readonly invocations: ReadonlyMap<string, number>;
}

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const LIMITS = { maxSeconds: 120, maxMemoryBytes: 1024 ** 3, maxRows: 20_000_000 };

/** Opens the data folder of a stopped collector with a separate engine, and reads it. */
export async function readStored(dataDir: string): Promise<Stored> {
  const engine = await startEngine({ dataDir: join(dataDir, 'engine'), log });
  try {
    const store = await Store.open(engine);
    const countedIn = async (table: string, column: string, ours: string): Promise<Map<string, number>> => {
      const rows = await store.query<{ id: string; n: string }>(
        `SELECT ${column} AS id, count() AS n FROM ${store.database}.${table} WHERE ${ours} GROUP BY id`,
        {},
        LIMITS,
      );
      return new Map(rows.map(({ id, n }) => [id, Number(n)]));
    };
    const spans = await countedIn('otel_traces', 'SpanId', `SpanName = '${LOAD}'`);
    const invocations = await countedIn('invocations FINAL', 'span_id', `function = '${LOAD}'`);
    const leftOut = await countedIn(
      'otel_traces',
      'SpanId',
      `SpanName = '${LOAD}' AND NOT (${PLAUSIBLE_TIMES})`,
    );
    for (const [id, count] of leftOut) invocations.set(id, (invocations.get(id) ?? 0) + count);
    await store.close();
    return { spans, invocations };
  } finally {
    await engine.stop();
  }
}

/** Ids that no row has. */
export function lostOf(acknowledged: readonly string[], stored: ReadonlyMap<string, number>): number {
  return acknowledged.filter((id) => !stored.has(id)).length;
}

/** Rows beyond one per id. */
export function repeatedOf(acknowledged: readonly string[], stored: ReadonlyMap<string, number>): number {
  return acknowledged.reduce((sum, id) => sum + Math.max(0, (stored.get(id) ?? 0) - 1), 0);
}
