import { join } from 'node:path';
import { Sealer } from '../../src/correlate/index.ts';
import { CallSealer } from '../../src/jaeger/index.ts';
import { startEngine, Store } from '../../src/store/index.ts';
import { insertSpans } from './generate-spans.ts';
import { insertEnds, insertInvocations } from './generate.ts';
import type { Fleet } from './generate.ts';

/** What a store that was filled weighs, and how long that took. */
export interface FillResult {
  readonly spans: number;
  readonly bytesPerInvocation: number;
  readonly bytesPerSpan: number;
  readonly rollupBytesPerInvocation: number;
  readonly loadSeconds: number;
  readonly sealSeconds: number;
}

/** Invocations made by one statement: more do not fit its memory. */
const CHUNK = 40_000;
/** Their rows are made from the fleet, also those of sandboxes whose spans are not kept. */
const VIEWS_OF_SPANS = ['invocations_mv', 'sandbox_ends_mv'];

/** Fills a store up to the fleet's size, invocations and spans, and seals it. */
export async function fillStore(dataDir: string, fleet: Fleet): Promise<FillResult> {
  const warn = (message: string): void => console.error(message);
  const engine = await startEngine({
    dataDir: join(dataDir, 'engine'),
    log: { info: () => undefined, warn, error: warn },
  });
  const store = await Store.open(engine);
  const { database } = fleet;
  try {
    const begun = performance.now();
    for (const view of VIEWS_OF_SPANS) await store.command(`DETACH TABLE ${database}.${view}`);
    const statements = insertsOf(fleet);
    // A statement runs on one core.
    const work = async (): Promise<void> => {
      for (const statement of statements) await store.command(statement);
    };
    await Promise.all([work(), work()]);
    for (const view of VIEWS_OF_SPANS) await store.command(`ATTACH TABLE ${database}.${view}`);
    for (const table of [
      'seals',
      'sandboxes',
      'function_rollup',
      'minute_rollup',
      'sandbox_ends',
      'service_calls',
    ]) {
      await store.command(`TRUNCATE TABLE ${database}.${table}`);
    }
    await store.command(insertEnds(fleet));
    const loadSeconds = (performance.now() - begun) / 1000;
    const sealing = performance.now();
    await new Sealer({ store, warn }).sealAll();
    await new CallSealer({ store, warn }).sealAll();
    const sealSeconds = (performance.now() - sealing) / 1000;
    return { ...(await weigh(store)), loadSeconds, sealSeconds };
  } finally {
    await store.close();
    await engine.stop();
  }
}

/** In order of time, as rows would come: the parts of the store are then those of one that was used. */
function* insertsOf(fleet: Fleet): Generator<string> {
  const chunks = Math.ceil((fleet.invocations - (fleet.made ?? 0)) / CHUNK);
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
      sumIf(bytes_on_disk, table IN ('sandboxes', 'function_rollup', 'minute_rollup', 'activity')) / n AS rollup,
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
