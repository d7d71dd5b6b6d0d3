import type { Store } from '../../store/index.ts';
import { UpkeepJob } from '../../store/index.ts';
import { quote } from '../../store/query-params.ts';
import { SLOT_SECONDS } from '../rollup/sql.ts';

export interface ReportJoinerOptions {
  readonly store: Store;
  /** Interval between two checks for work, s. Default 5. */
  readonly intervalSeconds?: number;
  readonly warn: (message: string) => void;
}

const DEFAULT_INTERVAL_SECONDS = 5;
/** Rows received this long before a check may become visible after it. */
const UNNOTICED_SECONDS = 60;
/**
 * A span begins within its REPORT's duration, which has whole milliseconds of another clock; an invocation takes at
 * most 15 minutes.
 */
const SLACK_SECONDS = 1;
const LONGEST_SECONDS = 900;
/**
 * Most lines examined by one statement, which limits its memory; the lines of ten minutes are always taken together.
 */
const LINES_A_STATEMENT = 200_000;
const LONGEST_STRETCH_SECONDS = 86_400;
/** Most rows that a statement names one by one: with their ids it stays within the 256 KiB that an engine parses. */
const ROWS_NAMED = 2000;

/**
 * Merges a span and the REPORT line of the same request into one invocation, whichever arrived first. It removes the
 * row of the line alone from `invocations` and has the affected rollups computed again. A line whose span never arrived
 * remains, in the sandbox that other spans of its log stream name. A retried request has the same id again: a line
 * belongs to the span that began while it ran. Several collectors may do this at once: joining twice has the same
 * result.
 */
export class ReportJoiner extends UpkeepJob {
  readonly #store: Store;
  /** By the engine's clock, seconds since the epoch. */
  #sinceSeconds = 0;

  constructor({ store, intervalSeconds = DEFAULT_INTERVAL_SECONDS, warn }: ReportJoinerOptions) {
    super({
      intervalSeconds,
      fault: 'spans and REPORT lines are not joined',
      warn,
    });
    this.#store = store;
  }

  protected override work(): Promise<number> {
    return this.joinAll();
  }

  /** Joins everything that changed since the last check. Returns the number of joined lines. */
  async joinAll(): Promise<number> {
    const { database } = this.#store;
    const [clock] = await this.#store.query<{ now: number; any: number }>(
      `SELECT toUnixTimestamp(now()) AS now, (SELECT count() FROM (SELECT 1 FROM ${database}.invocation_reports LIMIT 1)) AS any`,
    );
    const now = Number(clock?.now);
    let joined = 0;
    if (Number(clock?.any) > 0) {
      for (const stretch of await this.#changed()) {
        if (this.signal.aborted) return joined;
        joined += await this.#join(stretch, now);
        await this.#adopt(stretch);
      }
    }
    this.#sinceSeconds = now - UNNOTICED_SECONDS;
    return joined;
  }

  /** Time ranges in which lines began, and for which lines or invocations arrived since the last check. */
  async #changed(): Promise<Stretch[]> {
    const { database } = this.#store;
    const slotOf = `toInt32(intDiv(toUnixTimestamp(start), ${SLOT_SECONDS}))`;
    // An invocation may begin in the same ten minutes as its line, or in the next.
    // Two conditions: engines of several shards refuse a UNION after IN.
    const slots = await this.#store.query<{ slot: number; lines: string }>(
      `SELECT ${slotOf} AS slot, count() AS lines FROM ${database}.invocation_reports
      WHERE slot IN (
        SELECT arrayJoin([slot - 2, slot - 1, slot]) FROM ${database}.activity WHERE changed_at >= toDateTime({since:UInt32})
      ) OR slot IN (
        SELECT ${slotOf} FROM ${database}.invocation_reports WHERE received_at >= toDateTime({since:UInt32})
      )
      GROUP BY slot ORDER BY slot`,
      { since: Math.max(0, this.#sinceSeconds) },
    );
    const stretches: Stretch[] = [];
    let lines = Infinity;
    for (const { slot, lines: inSlot } of slots) {
      const [from, to] = [slot * SLOT_SECONDS, (slot + 1) * SLOT_SECONDS];
      const last = stretches.at(-1);
      lines += Number(inSlot);
      if (last !== undefined && lines <= LINES_A_STATEMENT && to - last.from <= LONGEST_STRETCH_SECONDS) {
        stretches[stretches.length - 1] = { from: last.from, to };
      } else {
        stretches.push({ from, to });
        lines = Number(inSlot);
      }
    }
    return stretches;
  }

  async #join(stretch: Stretch, now: number): Promise<number> {
    const { database } = this.#store;
    const { reports, invocations } = within(database, stretch);
    const lines = `SELECT trace_id, span_id FROM ${reports}`;
    const pairs = `SELECT r.function AS function, r.invocation_id AS invocation_id, any(r.start) AS start,
        r.trace_id AS report_trace_id, r.span_id AS report_span_id, min(i.trace_id) AS trace_id, min(i.span_id) AS span_id
      FROM (
        SELECT function, invocation_id, start, trace_id, span_id FROM ${invocations}
          AND invocation_id != '' AND (trace_id, span_id) NOT IN (${lines})
      ) AS i
      INNER JOIN (SELECT function, invocation_id, start, duration_ns, trace_id, span_id FROM ${reports}) AS r
        ON i.function = r.function AND i.invocation_id = r.invocation_id
      WHERE i.start >= r.start - toIntervalSecond(${SLACK_SECONDS})
        AND i.start <= r.start + toIntervalMillisecond(intDiv(r.duration_ns, 1000000)) + toIntervalSecond(${SLACK_SECONDS})
      GROUP BY function, invocation_id, report_trace_id, report_span_id`;
    const known = `SELECT report_trace_id, report_span_id FROM ${joinsWithin(database, stretch)}`;
    const [count] = await this.#store.query<{ fresh: string; left: string }>(
      `SELECT countIf((report_trace_id, report_span_id) NOT IN (${known})) AS fresh,
        (SELECT count() FROM ${invocations} AND (trace_id, span_id) IN (SELECT report_trace_id, report_span_id FROM (${pairs}))) AS left
      FROM (${pairs})`,
    );
    const fresh = Number(count?.fresh ?? 0);
    if (fresh > 0) {
      await this.#store.command(
        `INSERT INTO ${database}.report_joins (function, invocation_id, start, report_trace_id, report_span_id, trace_id, span_id, joined_at)
        SELECT function, invocation_id, start, report_trace_id, report_span_id, trace_id, span_id, toDateTime(${now})
        FROM (${pairs}) WHERE (report_trace_id, report_span_id) NOT IN (${known})`,
      );
    }
    const left = Number(count?.left ?? 0);
    if (left === 0) return fresh;
    if (this.#store.isCluster) await this.#deleteNamed(stretch, known, left);
    else
      await this.#store.deleteRows(
        'invocations',
        `${within(database, stretch).ofInvocations} AND (trace_id, span_id) IN (${known})`,
      );
    await this.#store.command(changed(database, reports, `(trace_id, span_id) IN (${known})`));
    return fresh;
  }

  /**
   * Deletes rows by id, a bounded number at a time: replicas execute it separately and must not read data in which they
   * differ.
   */
  async #deleteNamed(stretch: Stretch, known: string, left: number): Promise<void> {
    const { invocations } = within(this.#store.database, stretch);
    const portions = Math.ceil(left / ROWS_NAMED);
    for (let portion = 0; portion < portions; portion++) {
      if (this.signal.aborted) return;
      const rows = await this.#store.query<{ f: string; t: string; s: string }>(
        `SELECT DISTINCT function AS f, trace_id AS t, span_id AS s FROM ${invocations}
          AND (trace_id, span_id) IN (${known}) AND cityHash64(trace_id, span_id) % ${portions} = ${portion}`,
      );
      if (rows.length === 0) continue;
      const functions = [...new Set(rows.map(({ f }) => quote(f)))].join(', ');
      const ids = rows.map(({ t, s }) => `(${quote(t)}, ${quote(s)})`).join(', ');
      await this.#store.deleteRows(
        'invocations',
        `function IN (${functions}) AND ${invocationsBetween(stretch)} AND (trace_id, span_id) IN (${ids})`,
      );
    }
  }

  /**
   * Gives lines without a span the sandbox that spans of their log stream name; without that, a log stream counts as a
   * sandbox of its own. The inserted row replaces the old one.
   */
  async #adopt(stretch: Stretch): Promise<void> {
    const { database } = this.#store;
    const { reports, invocations } = within(database, stretch);
    const lines = `SELECT trace_id, span_id FROM ${reports}`;
    // A sandbox lives for hours, so its spans may be in different ten minutes from its lines.
    const streams = `SELECT function, instance, any(sandbox_id) AS named FROM ${database}.invocations
      WHERE (function, instance) IN (SELECT function, instance FROM ${reports} AND instance != '')
        AND sandbox_id != '' AND (trace_id, span_id) NOT IN (SELECT trace_id, span_id FROM ${database}.invocation_reports)
      GROUP BY function, instance HAVING uniqExact(sandbox_id) = 1`;
    const strays = `SELECT i.* REPLACE (s.named AS sandbox_id) FROM
        (SELECT * FROM ${invocations.replace(' WHERE', ' FINAL WHERE')} AND (trace_id, span_id) IN (${lines})) AS i
      INNER JOIN (${streams}) AS s ON i.function = s.function AND i.instance = s.instance
      WHERE i.sandbox_id != s.named`;
    const [count] = await this.#store.query<{ n: string }>(`SELECT count() AS n FROM (${strays})`);
    if (Number(count?.n ?? 0) > 0) await this.#store.command(`INSERT INTO ${database}.invocations ${strays}`);
  }
}

/** Start and end in whole ten minutes, seconds since the epoch. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

const between = (from: number, to: number): string =>
  `start >= toDateTime64(${from}, 9) AND start < toDateTime64(${to}, 9)`;

/** Lines that began in a time range, and invocations that may belong to them; conditions may follow each. */
function within(
  database: string,
  stretch: Stretch,
): { readonly reports: string; readonly invocations: string; readonly ofInvocations: string } {
  const reports = `${database}.invocation_reports WHERE ${between(stretch.from, stretch.to)}`;
  const ofInvocations = `function IN (SELECT DISTINCT function FROM ${reports}) AND ${invocationsBetween(stretch)}`;
  return { reports, ofInvocations, invocations: `${database}.invocations WHERE ${ofInvocations}` };
}

const invocationsBetween = ({ from, to }: Stretch): string =>
  between(from - SLACK_SECONDS, to + SLACK_SECONDS + LONGEST_SECONDS);

function joinsWithin(database: string, { from, to }: Stretch): string {
  return `${database}.report_joins WHERE ${between(from, to)}`;
}

/** Has the rollups that include the lines computed again. */
function changed(database: string, reports: string, condition: string): string {
  return `INSERT INTO ${database}.activity (slot, function, changed_at, rows)
    SELECT toInt32(intDiv(toUnixTimestamp(start), ${SLOT_SECONDS})) AS slot, function, now() AS changed_at, 0 AS rows
    FROM ${reports} AND ${condition} GROUP BY slot, function`;
}
