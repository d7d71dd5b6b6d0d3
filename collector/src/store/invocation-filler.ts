import {
  columnsAt,
  FILLED_COLUMNS,
  FUNCTION_OF_SPAN,
  GATHERED_SINCE,
  INVOCATION_COLUMNS,
} from './catalogue/span-columns.ts';
import { quote } from './query-params.ts';
import type { Store } from './store.ts';
import { UpkeepJob } from './upkeep-job.ts';

export interface InvocationFillerOptions {
  readonly store: Store;
  /** Interval between two checks for work, s. Default 60. */
  readonly intervalSeconds?: number;
  readonly warn: (message: string) => void;
}

/** Spans of one function and hour, received on one day. */
interface Stretch {
  readonly function: string;
  readonly services: readonly string[];
  /** Since the epoch. */
  readonly hour: number;
  readonly n: number;
}

const DEFAULT_INTERVAL_SECONDS = 60;
const HOUR_SECONDS = 3600;
/** Most spans read by one statement, which limits its memory and the wait of other writes. */
const SPANS_A_STATEMENT = 100_000;
/** Finds the spans of a day that have one of the attributes. */
const MAX_SECONDS = 300;

const NAMES = columnsAt(INVOCATION_COLUMNS, GATHERED_SINCE).map(({ name }) => name);
const FILLED = new Set(FILLED_COLUMNS.map(({ name }) => name));
const EXPRESSIONS = FILLED_COLUMNS.map(({ name, expression }) => `${expression} AS ${name}`).join(', ');
const TELLS = FILLED_COLUMNS.map(({ expression }) => /SpanAttributes\['[^']+'\]/.exec(expression)?.[0])
  .filter((read) => read !== undefined)
  .map((read) => `${read} != ''`);
/** Condition on a row of `otel_traces` with values to fill in. */
const TELLS_SOMETHING = `SpanKind NOT IN ('Client', 'SPAN_KIND_CLIENT') AND (${TELLS.join(' OR ')})`;

/**
 * Fills columns that are newer than the rows of `invocations`, from the spans that still exist, newest day first. It
 * may be stopped at any moment and resumes with the current day; filling a row twice gives one row.
 *
 * On a single server only: on a cluster, rows and spans of one function are together on a shard, not in the common
 * tables.
 */
export class InvocationFiller extends UpkeepJob {
  readonly #store: Store;

  constructor({ store, intervalSeconds = DEFAULT_INTERVAL_SECONDS, warn }: InvocationFillerOptions) {
    super({
      intervalSeconds,
      fault: 'older invocations lack the columns about accumulated resources',
      warn,
    });
    this.#store = store;
  }

  protected override work(): Promise<number> {
    return this.fillAll();
  }

  /** Fills every remaining day. Returns the number of days. */
  async fillAll(): Promise<number> {
    const { database } = this.#store;
    const days = await this.#store.query<{ day: string }>(
      `SELECT day FROM ${database}.invocation_fills GROUP BY day HAVING max(done) = 0 ORDER BY day DESC`,
    );
    let filled = 0;
    for (const { day } of days) {
      for (const stretches of portions(await this.#stretches(day))) {
        if (this.signal.aborted) return filled;
        await this.#fill(day, stretches);
      }
      await this.#store.command(
        `INSERT INTO ${database}.invocation_fills (day, done) SELECT toDate(${quote(day)}), 1`,
      );
      filled += 1;
    }
    return filled;
  }

  #stretches(day: string): Promise<Stretch[]> {
    return this.#store.query<Stretch>(
      `SELECT ${FUNCTION_OF_SPAN} AS function, groupUniqArray(100)(ServiceName) AS services,
        toUInt32(intDiv(toUnixTimestamp(Timestamp), ${HOUR_SECONDS})) AS hour, toUInt32(count()) AS n
      FROM ${this.#store.database}.otel_traces
      WHERE toDate(ReceivedAt) = {day:Date} AND ${TELLS_SOMETHING}
      GROUP BY function, hour ORDER BY function, hour`,
      { day },
      { maxSeconds: MAX_SECONDS, maxThreads: 1 },
    );
  }

  async #fill(day: string, stretches: readonly Stretch[]): Promise<void> {
    const { database } = this.#store;
    const functions = listOf(stretches.map((stretch) => stretch.function));
    const services = listOf(stretches.flatMap((stretch) => stretch.services));
    const hours = stretches.map(({ hour }) => hour);
    const within = (time: string): string =>
      `${time} >= toDateTime64(${Math.min(...hours) * HOUR_SECONDS}, 9) AND ${time} < toDateTime64(${(Math.max(...hours) + 1) * HOUR_SECONDS}, 9)`;
    const columns = NAMES.map((name) => `${FILLED.has(name) ? 's' : 'i'}.${name}`);
    await this.#store.command(
      `INSERT INTO ${database}.invocations (${NAMES.join(', ')}, filled)
      SELECT ${columns.join(', ')}, 1
      FROM (
        SELECT * FROM ${database}.invocations FINAL
        WHERE toDate(received_at) = toDate(${quote(day)}) AND filled = 0 AND function IN (${functions}) AND ${within('start')}
      ) AS i
      INNER JOIN (
        SELECT TraceId AS trace_id, SpanId AS span_id, Timestamp AS start, ${EXPRESSIONS}
        FROM ${database}.otel_traces
        WHERE toDate(ReceivedAt) = toDate(${quote(day)}) AND ServiceName IN (${services}) AND ${within('Timestamp')}
          AND ${TELLS_SOMETHING}
      ) AS s ON i.trace_id = s.trace_id AND i.span_id = s.span_id AND i.start = s.start`,
    );
  }
}

const listOf = (names: readonly string[]): string => [...new Set(names)].map(quote).join(', ');

/** Ranges for single statements: of one function, or of several small ones. */
function* portions(stretches: readonly Stretch[]): Generator<readonly Stretch[]> {
  let portion: Stretch[] = [];
  let n = 0;
  for (const stretch of stretches) {
    if (portion.length > 0 && n + stretch.n > SPANS_A_STATEMENT) {
      yield portion;
      portion = [];
      n = 0;
    }
    portion.push(stretch);
    n += stretch.n;
  }
  if (portion.length > 0) yield portion;
}
