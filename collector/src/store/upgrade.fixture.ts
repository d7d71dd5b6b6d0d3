import { createClient } from '@clickhouse/client';
import { summariseFunctions } from '../correlate/index.ts';
import type { Engine } from './engine.ts';
import { makeOldStore } from './old-store.fixture.ts';
import { readSpans } from './read-spans.ts';
import { Store } from './store.ts';
import { invocationRow, shutdownRow, spanRow } from './test-rows.ts';
import { TestWriter } from './test-writer.ts';

const NOW = Date.now();
const SCOPE = { fromMs: NOW - 3_600_000, toMs: NOW };

const CALL_MS = Math.floor(NOW / 1000) * 1000 - 700_000;
const SHARED = { traceId: 'e'.repeat(32), spanId: '00000000000000aa', name: 'get' };
const ROWS = [
  ...[1, 2, 4].map((ordinal) =>
    invocationRow({
      function: 'f',
      sandbox: 'a',
      bootId: 'x',
      ordinal,
      startMs: NOW - 900_000 + ordinal * 1000,
    }),
  ),
  invocationRow({ function: 'f', sandbox: 'b', bootId: 'x', ordinal: 1, startMs: NOW - 897_500 }),
  shutdownRow({ function: 'f', sandbox: 'a', atMs: NOW - 800_000, lastOrdinal: 4 }),
  // Client and server of one call, the later first.
  spanRow({ ...SHARED, kind: 'Server', startMs: CALL_MS + 2 }),
  spanRow({ ...SHARED, kind: 'Client', startMs: CALL_MS + 1 }),
  spanRow({ ...SHARED, kind: 'Server', startMs: CALL_MS + 2 }),
];

/** The answers of a store, and its schema. */
export interface Answers {
  readonly functions: readonly object[];
  readonly total: object;
  readonly activity: object | undefined;
  readonly versions: readonly object[];
  /** Kinds of the spans of one call. */
  readonly kinds: readonly string[];
  /** Every table and view in the engine's CREATE form. */
  readonly schema: readonly object[];
}

/** A store as an older version left it, with rows, and its answers after this version has opened it. */
export async function answersAfter(engine: Engine, version: number): Promise<Answers> {
  const database = `upgrade_${version}`;
  const connection = { ...pick(engine), database };
  await makeOldStore(connection, version, ROWS);
  return readAnswers(connection, await Store.open(connection));
}

/** The same for a store that this version created. */
export async function answersOfNew(engine: Engine): Promise<Answers> {
  const connection = { ...pick(engine), database: 'upgrade_new' };
  const store = await Store.open(connection);
  await insertRows(connection);
  return readAnswers(connection, store);
}

/** Runs writing statements, one by one. */
export async function run(connection: Access, statements: readonly string[]): Promise<void> {
  const { url, user: username, password } = connection;
  const client = createClient({ url, username, password });
  try {
    for (const query of statements) await client.command({ query });
  } finally {
    await client.close();
  }
}

type Access = Pick<Engine, 'url' | 'user' | 'password'>;
type Connection = Access & { readonly database: string };

async function insertRows(connection: Connection): Promise<void> {
  const writer = new TestWriter(connection);
  await writer.insert(ROWS, 'upgrade-rows');
  await writer.close();
}

async function readAnswers({ database }: Connection, store: Store): Promise<Answers> {
  try {
    const { functions, total } = await summariseFunctions(store, SCOPE, 10);
    const [activity] = await store.query<{ n: string }>(
      `SELECT count() > 0 AS n FROM ${database}.activity WHERE function = 'f'`,
    );
    const versions = await store.query<object>(
      `SELECT version FROM ${database}.migrations FINAL ORDER BY version`,
    );
    await store.command(`OPTIMIZE TABLE ${database}.otel_traces FINAL`);
    const call = await readSpans(store, [SHARED.traceId], 10);
    const kinds = call.map(({ SpanKind }) => SpanKind);
    return { functions, total, activity, versions, kinds, schema: await schemaOf(store) };
  } finally {
    await store.close();
  }
}

/** Every table and view of a store in the engine's CREATE form, without its database. */
export function schemaOf(store: Store): Promise<object[]> {
  return store.query(
    `SELECT name, replaceAll(create_table_query, concat(database, '.'), '') AS made_by FROM system.tables
    WHERE database = {database:String} ORDER BY name`,
    { database: store.database },
  );
}

export function pick({ url, user, password }: Engine): Access {
  return { url, user, password };
}
