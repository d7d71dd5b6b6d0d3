import { join } from 'node:path';
import { Sealer } from '../../src/correlate/index.ts';
import { CallSealer } from '../../src/jaeger/index.ts';
import { connect } from '../../src/store/client.ts';
import { startEngine, Store } from '../../src/store/index.ts';
import type { Engine } from '../../src/store/index.ts';
import { insertSpans } from './generate-spans.ts';
import { insertEnds, insertInvocations } from './generate.ts';
import type { Fleet } from './generate.ts';

/** Size of a filled store, and how long filling took. */
export interface FillResult {
  readonly spans: number;
  readonly bytesPerInvocation: number;
  readonly bytesPerSpan: number;
  readonly rollupBytesPerInvocation: number;
  readonly loadSeconds: number;
  readonly sealSeconds: number;
}

/**
 * Maximum number of invocations made by one statement. Each statement creates one part per table, about as many parts
 * as a collector's merges leave of such a day: merging them would take longer than creating the rows.
 */
const CHUNK = 500_000;
/** Concurrent statements; each runs on one core. */
const WORKERS = 2;
/** Only while rows are created: a chunk is completely in memory until its part is written. */
const ENGINE_MEMORY_BYTES = 8 * 1024 ** 3;
/** As the collector inserts, without a check for duplicates: that alone takes as long as everything else. */
const SETTINGS = `SETTINGS max_threads=1, optimize_on_insert=0, max_memory_usage=${ENGINE_MEMORY_BYTES / WORKERS},
  max_block_size=8192, max_insert_block_size=${4 * CHUNK}, min_insert_block_size_rows=${4 * CHUNK}, min_insert_block_size_bytes=0`;
const STATEMENT_MILLIS = 600_000;
/** Tables whose rows are created from the fleet, including sandboxes whose spans are not kept. */
const TABLES_OF_FLEET = ['invocations', 'sandbox_ends'];

/** Views that fill the tables of the fleet, whatever the newest migration calls them. */
async function viewsOfSpans(store: Store): Promise<string[]> {
  const targets = TABLES_OF_FLEET.map(
    (table) => `position(create_table_query, ' TO ${store.database}.${table} ') > 0`,
  );
  const views = await store.query<{ name: string }>(
    `SELECT name FROM system.tables WHERE database = '${store.database}' AND engine = 'MaterializedView'
      AND (${targets.join(' OR ')})`,
  );
  return views.map(({ name }) => name);
}

/** Fills a store up to the fleet's size, invocations and spans, and seals it. */
export async function fillStore(dataDir: string, fleet: Fleet): Promise<FillResult> {
  const loading = performance.now();
  await withStore(dataDir, ENGINE_MEMORY_BYTES, (store, engine) => load(store, engine, fleet));
  const loadSeconds = (performance.now() - loading) / 1000;
  // With an engine configured like a collector's.
  return withStore(dataDir, undefined, async (store) => {
    const sealing = performance.now();
    await new Sealer({ store, warn }).sealAll();
    await new CallSealer({ store, warn }).sealAll();
    const sealSeconds = (performance.now() - sealing) / 1000;
    return { ...(await weigh(store)), loadSeconds, sealSeconds };
  });
}

const warn = (message: string): void => console.error(message);

async function withStore<T>(
  dataDir: string,
  memoryBytes: number | undefined,
  use: (store: Store, engine: Engine) => Promise<T>,
): Promise<T> {
  const engine = await startEngine({
    dataDir: join(dataDir, 'engine'),
    log: { info: () => undefined, warn, error: warn },
    ...(memoryBytes !== undefined && { memoryBytes }),
  });
  try {
    const store = await Store.open(engine);
    try {
      return await use(store, engine);
    } finally {
      await store.close();
    }
  } finally {
    await engine.stop();
  }
}

async function load(store: Store, engine: Engine, fleet: Fleet): Promise<void> {
  const { database } = fleet;
  const client = connect(engine, STATEMENT_MILLIS);
  try {
    const views = await viewsOfSpans(store);
    for (const view of views) await store.command(`DETACH TABLE ${database}.${view}`);
    const statements = insertsOf(fleet);
    const work = async (): Promise<void> => {
      for (const statement of statements) await client.command({ query: `${statement}\n${SETTINGS}` });
    };
    await Promise.all(Array.from({ length: WORKERS }, work));
    for (const view of views) await store.command(`ATTACH TABLE ${database}.${view}`);
    for (const table of [
      'seals',
      'sandboxes',
      'function_rollup',
      'minute_rollup',
      'first_calls',
      'warm_rollup',
      'sandbox_ends',
      'service_calls',
    ]) {
      await store.command(`TRUNCATE TABLE ${database}.${table}`);
    }
    await store.command(insertEnds(fleet));
  } finally {
    await client.close();
  }
}

/** In order of time, as rows would arrive: the store then has the same parts as one in real use. */
function* insertsOf(fleet: Fleet): Generator<string> {
  const rounds = Math.ceil((fleet.invocations - (fleet.made ?? 0)) / (CHUNK * WORKERS));
  const chunks = rounds * WORKERS; // so that no worker is idle while the other handles the last chunk
  const startMs = fleet.endMs - fleet.spanMs;
  const at = (index: number): number => Math.round(startMs + (index * fleet.spanMs) / chunks);
  for (let chunk = 0; chunk < chunks; chunk += 1) {
    const time = [at(chunk), at(chunk + 1)] as const;
    yield insertInvocations(fleet, { time });
    yield insertSpans(fleet, { time });
  }
}

async function weigh(store: Store) {
  const { database } = store;
  const [size] = await store.query<{ own: number; span: number; rollup: number; n_spans: string }>(
    `SELECT sumIf(bytes_on_disk, table = 'invocations') / n AS own,
      sumIf(bytes_on_disk, table IN ('otel_traces', 'otel_traces_trace_id_ts')) / n_spans AS span,
      sumIf(bytes_on_disk, table IN ('sandboxes', 'function_rollup', 'minute_rollup', 'first_calls', 'warm_rollup', 'activity')) / n AS rollup,
      (SELECT count() FROM ${database}.invocations) AS n,
      (SELECT count() FROM ${database}.otel_traces) AS n_spans
    FROM system.parts WHERE database = '${database}' AND active`,
  );
  return {
    spans: Number(size?.n_spans),
    bytesPerInvocation: Number(size?.own),
    bytesPerSpan: Number(size?.span),
    rollupBytesPerInvocation: Number(size?.rollup),
  };
}
