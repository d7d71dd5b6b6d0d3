import { Readable } from 'node:stream';
import type { ClickHouseClient } from '@clickhouse/client';
import { CollectorError } from '../errors.ts';
import { asWriteError, connect } from './client.ts';
import type { Connection } from './client.ts';
import type { TraceRow } from './trace-row.ts';

/** An insert of a full batch with fsync on a slow disk; longer is a dead engine. */
const INSERT_TIMEOUT_MILLIS = 120_000;
/** Rows turned into text between two turns of the event loop. */
const ROWS_A_SLICE = 500;

const COLUMNS: readonly (keyof TraceRow)[] = [
  'Timestamp',
  'TraceId',
  'SpanId',
  'ParentSpanId',
  'TraceState',
  'SpanName',
  'SpanKind',
  'ServiceName',
  'ResourceAttributes',
  'ScopeName',
  'ScopeVersion',
  'SpanAttributes',
  'Duration',
  'StatusCode',
  'StatusMessage',
  'Events.Timestamp',
  'Events.Name',
  'Events.Attributes',
  'Links.TraceId',
  'Links.SpanId',
  'Links.TraceState',
  'Links.Attributes',
  'ResourceAttributeTypes',
  'SpanAttributeTypes',
  'ScopeAttributes',
  'ScopeAttributeTypes',
  'EventAttributeTypes',
  'LinkAttributeTypes',
  'EventDroppedAttributesCounts',
  'LinkDroppedAttributesCounts',
  'LinkFlags',
  'Flags',
  'ResourceSchemaUrl',
  'ScopeSchemaUrl',
  'DroppedAttributesCount',
  'DroppedEventsCount',
  'DroppedLinksCount',
];

/**
 * Writes spans into `otel_traces`. Only an HTTP client, so it can live in any thread.
 *
 * ```ts
 * const writer = new SpanWriter({ url, user, password, database });
 * await writer.insert(rows, 'inbox-1-1-500'); // sending the same rows and token again changes nothing
 * ```
 */
export class SpanWriter {
  readonly #client: ClickHouseClient;
  readonly #table: string;

  constructor(connection: Connection) {
    this.#client = connect(connection, INSERT_TIMEOUT_MILLIS);
    this.#table = `${connection.database}.otel_traces`;
  }

  /**
   * Writes the rows, all of them or none, and resolves once they are on disk. A token names this very set of rows:
   * a second insert with it is skipped by the engine, in the tables made from this one too.
   *
   * @throws {CollectorError} `ERR_ENGINE_UNAVAILABLE` when the same call may succeed later, `ERR_STORE_REJECTED` when
   *   it never will.
   */
  async insert(rows: readonly TraceRow[], token: string): Promise<void> {
    if (!/^[A-Za-z0-9-]{1,200}$/.test(token)) {
      throw new CollectorError('ERR_STORE_REJECTED', `${JSON.stringify(token)} is not a usable insert token`);
    }
    if (rows.length === 0) return;
    const settings = [
      `insert_deduplication_token='${token}'`,
      'deduplicate_blocks_in_dependent_materialized_views=1',
      // One block a batch: the token is checked block by block.
      'max_insert_block_size=1000000',
      'input_format_parallel_parsing=0',
      'async_insert=0',
    ];
    const query = `INSERT INTO ${this.#table} (${COLUMNS.join(', ')}) SETTINGS ${settings.join(', ')} FORMAT JSONEachRow`;
    try {
      const { stream } = await this.#client.exec({
        query,
        values: Readable.from(encode(rows), { objectMode: false }),
      });
      for await (const _ of stream as AsyncIterable<Buffer>);
    } catch (error) {
      throw asWriteError(error);
    }
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}

async function* encode(rows: readonly TraceRow[]): AsyncGenerator<Buffer> {
  for (let from = 0; from < rows.length; from += ROWS_A_SLICE) {
    const lines = rows.slice(from, from + ROWS_A_SLICE).map(encodeRow);
    yield Buffer.from(`${lines.join('\n')}\n`);
    await new Promise(setImmediate);
  }
}

/** Half of a surrogate pair, which JSON.stringify writes as an escape and the engine cannot read. */
const LONE_SURROGATE = /\\ud[89a-f]/i;

/** In every Node the collector runs on; not yet in the type library. */
const RawJson = JSON as unknown as {
  rawJSON(text: string): unknown;
  isRawJSON(value: unknown): boolean;
};

/** `seconds.nanoseconds` as bare nanoseconds: the engine reads the text form only for ten-digit seconds. */
function nanoseconds(timestamp: string): unknown {
  const digits = timestamp.replace('.', '').replace(/^(-?)0+(?=\d)/, '$1');
  return /^-?\d{1,19}$/.test(digits) ? RawJson.rawJSON(digits) : timestamp;
}

function encodeRow(given: TraceRow): string {
  const row = {
    ...given,
    Timestamp: nanoseconds(given.Timestamp),
    'Events.Timestamp': given['Events.Timestamp'].map(nanoseconds),
  };
  const line = JSON.stringify(row);
  return LONE_SURROGATE.test(line) ? JSON.stringify(wellFormed(row)) : line;
}

function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return repair(value);
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value === 'object' && value !== null && !RawJson.isRawJSON(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [repair(key), wellFormed(inner)]));
  }
  return value;
}

function repair(text: string): string {
  return text.replaceAll(/[\uD800-\uDFFF]/gu, '\uFFFD');
}
