import type { Store } from '../../store/index.ts';
import { UpkeepJob } from '../../store/index.ts';
import { quote } from '../../store/query-params.ts';
import { SETTLE_SECONDS } from './plan-read.ts';
import {
  bucketSql,
  FIRST_CALLS,
  firstCallRows,
  FUNCTION_COLUMNS,
  functionRows,
  HOUR_SECONDS,
  minuteRows,
  SANDBOX_COLUMNS,
  sandboxRows,
  SEAL_FORM,
  SLOT_SECONDS,
  WARM_COLUMNS,
  warmRows,
} from './sql.ts';
import type { Source } from './sql.ts';

export interface SealerOptions {
  readonly store: Store;
  /** Older buckets, by time of arrival, are left unchanged: their invocations may be gone. Default 89 days. */
  readonly maxAgeSeconds?: number;
  /** Interval between two checks for work, s. Default 30. */
  readonly intervalSeconds?: number;
  readonly warn: (message: string) => void;
}

/** A bucket to seal and the functions to seal it for. */
interface Work {
  readonly width: number;
  /** Start of the bucket, seconds since the epoch. */
  readonly from: number;
  readonly functions: readonly string[];
  /** It was never sealed. */
  readonly isNew: boolean;
  /** Rows of these functions in it, with repeats counted twice. */
  readonly rows: number;
}

const DEFAULT_MAX_AGE_SECONDS = 89 * 86_400;
const DEFAULT_INTERVAL_SECONDS = 30;
/** Most buckets searched for at once. */
const BATCH = 48;
/** Most rows summarised by one statement, which limits its memory and the wait of other writes. */
const ROWS_A_STATEMENT = 500_000;
/** If more functions than this changed, they are not named one by one: the whole bucket is sealed again. */
const MAX_NAMED = 100;
/** Slots serve the current hour, and later the edges of questions about it. */
const RECENT = `AND bucket - bucket % ${HOUR_SECONDS} + ${HOUR_SECONDS + SETTLE_SECONDS} > toUnixTimestamp(now())`;

/**
 * Keeps the rollups up to date: seals each bucket once it is over, and seals it again for functions with late data. It
 * may be stopped at any moment and run in several servers at once: a bucket sealed twice has the same rows twice, of
 * which one is read.
 */
export class Sealer extends UpkeepJob {
  readonly #options: SealerOptions;

  constructor(options: SealerOptions) {
    super({
      intervalSeconds: options.intervalSeconds ?? DEFAULT_INTERVAL_SECONDS,
      fault: 'rollups are not up to date',
      warn: options.warn,
    });
    this.#options = options;
  }

  protected override work(): Promise<number> {
    return this.sealAll();
  }

  /** Seals everything that is due now. Returns the number of buckets. */
  async sealAll(): Promise<number> {
    let sealed = 0;
    for (;;) {
      const works = await this.#findWork();
      for (const work of works) {
        if (this.signal.aborted) return sealed;
        await this.#seal(work);
        sealed += 1;
      }
      if (works.length < BATCH) return sealed;
    }
  }

  /**
   * Buckets that are over and were never sealed, or changed since; newest first. Changes within the last minute wait,
   * unless the bucket was never sealed. Retention depends on arrival. So an old bucket is sealed when some of its data
   * arrived recently. It is sealed again, for late data or because its seal has an older form, as long as all the data
   * behind the seal must still exist. An older form waits until the columns of all invocations are filled in.
   */
  async #findWork(): Promise<Work[]> {
    const { store, maxAgeSeconds = DEFAULT_MAX_AGE_SECONDS } = this.#options;
    const isFilling = await hasUnfilledDays(store);
    const found = await Promise.all(
      [SLOT_SECONDS, HOUR_SECONDS].map(async (width) => {
        const rows = await store.query<{ bucket: string; functions: string[]; n: string; is_new: number }>(
          `SELECT bucket, groupArray(function) AS functions, sum(n) AS n, max(sealed = 0) AS is_new
          FROM (
            SELECT toInt64(intDiv(slot * ${SLOT_SECONDS}, ${width}) * ${width}) AS bucket, function, sum(rows) AS n,
              toInt64(toUnixTimestamp(max(changed_at))) AS changed
            FROM ${store.database}.activity
            WHERE (slot >= intDiv(toUnixTimestamp(now()) - {age:Int64}, ${SLOT_SECONDS}) + 1
                OR toUnixTimestamp(changed_at) >= toUnixTimestamp(now()) - {age:Int64})
              AND slot < intDiv(toUnixTimestamp(now()), ${SLOT_SECONDS})
            GROUP BY bucket, function
          ) AS a
          LEFT JOIN (
            SELECT toInt64(toUnixTimestamp(bucket)) AS bucket,
              toInt64(toUnixTimestamp(max(sealed_at))) AS sealed_somehow,
              if(argMax(form, (sealed_at, form)) = ${SEAL_FORM} OR {isFilling:Bool}, sealed_somehow, 0) AS sealed
            FROM ${store.database}.seals WHERE width = ${width} GROUP BY bucket
          ) AS s USING (bucket)
          WHERE bucket + ${width} + ${SETTLE_SECONDS} <= toUnixTimestamp(now()) ${width === SLOT_SECONDS ? RECENT : ''}
            AND (bucket + {age:Int64} > toUnixTimestamp(now()) OR sealed_somehow = 0 OR sealed_somehow + {age:Int64} > toUnixTimestamp(now()))
            AND (sealed = 0 OR (changed + ${SETTLE_SECONDS} > sealed AND changed + ${SETTLE_SECONDS} <= toUnixTimestamp(now())))
          GROUP BY bucket
          ORDER BY bucket DESC
          LIMIT ${BATCH}`,
          { age: maxAgeSeconds, isFilling },
        );
        return rows.map((row) => ({
          width,
          from: Number(row.bucket),
          functions: row.functions,
          isNew: row.is_new === 1,
          rows: Number(row.n),
        }));
      }),
    );
    return found.flat().slice(0, BATCH);
  }

  async #seal(work: Work): Promise<void> {
    const { store } = this.#options;
    const [clock] = await store.query<{ now: number }>('SELECT toUnixTimestamp(now()) AS now');
    const sealedAt = Number(clock?.now);
    for (const portion of portions(work)) {
      for (const statement of statementsOf(store.database, work, portion, sealedAt)) {
        if (this.signal.aborted) return;
        await store.command(statement);
      }
    }
    await store.command(
      `INSERT INTO ${store.database}.seals (width, bucket, sealed_at, form)
      SELECT ${work.width}, toDateTime(${work.from}), toDateTime(${sealedAt}), ${SEAL_FORM}`,
    );
  }
}

/** Whether older invocations still lack columns. */
async function hasUnfilledDays(store: Store): Promise<boolean> {
  const [days] = await store.query<{ n: string }>(
    `SELECT count() AS n FROM (SELECT day FROM ${store.database}.invocation_fills GROUP BY day HAVING max(done) = 0)`,
  );
  return days?.n !== '0';
}

/** Conditions that split the functions of a bucket into groups with a bounded number of rows. */
function portions({ functions, rows, isNew }: Work): string[] {
  if (!isNew && functions.length <= MAX_NAMED) return [`function IN (${functions.map(quote).join(', ')})`];
  const groups = Math.min(functions.length, Math.max(1, Math.ceil(rows / ROWS_A_STATEMENT)));
  if (groups === 1) return ['true'];
  return Array.from({ length: groups }, (_, index) => `cityHash64(function) % ${groups} = ${index}`);
}

function statementsOf(database: string, { width, from }: Work, portion: string, sealedAt: number): string[] {
  const source: Source = {
    database,
    where: `start >= fromUnixTimestamp64Nano(${from}000000000) AND start < fromUnixTimestamp64Nano(${from + width}000000000)
      AND ${portion}`,
    bucket: bucketSql(width),
  };
  const store = (table: string, columns: string, select: string): string =>
    `INSERT INTO ${database}.${table} (width, ${columns}, form, sealed_at)
    SELECT ${width}, toDateTime(bucket), ${columns.replace(/^bucket, /, '')}, ${SEAL_FORM}, toDateTime(${sealedAt})
    FROM (${select})`;
  return [
    store('sandboxes', SANDBOX_COLUMNS, sandboxRows(source)),
    store('function_rollup', FUNCTION_COLUMNS, functionRows(source)),
    store('warm_rollup', WARM_COLUMNS, warmRows(source)),
    store('first_calls', `bucket, ${FIRST_CALLS.join(', ')}`, firstCallRows(source)),
    `INSERT INTO ${database}.minute_rollup (minute, function, version, region, account_id, invocations, cold, warm, errors, form, sealed_at)
    SELECT toDateTime(minute * 60), function, version, region, account_id, invocations, n_cold, n_warm, errors, ${SEAL_FORM}, toDateTime(${sealedAt})
    FROM (${minuteRows(source)})`,
  ];
}
