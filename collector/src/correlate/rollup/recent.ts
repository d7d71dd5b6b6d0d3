import type { Store } from '../../store/index.ts';
import type { Row as DurationSqlRow } from './durations.ts';
import { DURATION_COLUMNS, durationRow } from './durations.ts';
import type { Transition } from './moves.ts';
import { packMoves } from './moves.ts';
import { lifeRow, livesSql } from './lives.ts';
import type { Row as LifeSqlRow } from './lives.ts';
import type { LifeRow } from './rows.ts';
import { bucketSql, functionRows, sandboxRows } from './sql.ts';
import type { Source } from './sql.ts';
import type { FunctionPart, LivesUnit, RecentTime, RecentUnit } from './units.ts';

type Stretch = Pick<RecentUnit, 'from' | 'width' | 'count'>;
/** Data computed from a range; the per-function data, the most expensive part, only once requested. */
type KeptUnit = LivesUnit & Partial<RecentUnit>;

const TICK_SECONDS = 5;
const MINUTE_SECONDS = 60;
/** Ticks become minutes after this time: data that arrives in order is then complete, and is read once more. */
const TICKS_FOR_SECONDS = 60;
/** Longest range kept. */
export const MAX_RECENT_SECONDS = 1800;
const MAX_LIVES = 100_000;

/**
 * The unsealed time before now, in units that are read again only when something arrived for them: in ordinary traffic
 * the last one or two. The cost of a view is therefore the data since the last view, not all data since the last seal.
 */
export class Recent {
  readonly #store: Store;
  /** By {@link nameOf}. */
  #units: ReadonlyMap<string, KeptUnit> = new Map();
  #last: Promise<unknown> = Promise.resolve();

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * The time from a moment on; undefined if it contains more than is kept.
   *
   * @param from seconds since the epoch, start of a whole minute
   * @param toMs only starts before this
   */
  load(from: number, toMs: number): Promise<RecentTime | undefined> {
    return this.#afterLast(async () => {
      const { stretches, older } = await this.#layOut(from, toMs);
      const lacking = stretches.filter(
        (stretch) => stretch.count > 0 && this.#known(stretch)?.functions === undefined,
      );
      const [made, functions] = await Promise.all([
        this.#readLives(stretches.filter(this.#isNew), toMs),
        this.#readFunctions(lacking, toMs),
      ]);
      const units = stretches.map((stretch): RecentUnit => {
        const known = this.#known(stretch);
        if (isWhole(known)) return known;
        const { from: start, width, count } = stretch;
        const lives = known?.lives ?? made.get(start) ?? [];
        return { from: start, width, count, lives, functions: functions.get(start) ?? [] };
      });
      return this.#keep(units) ? { units, older } : undefined;
    });
  }

  /** Like {@link load}, for questions about sandboxes only. */
  loadLives(from: number, toMs: number): Promise<RecentTime<LivesUnit> | undefined> {
    return this.#afterLast(async () => {
      const { stretches, older } = await this.#layOut(from, toMs);
      const made = await this.#readLives(stretches.filter(this.#isNew), toMs);
      const units = stretches.map((stretch): KeptUnit => {
        const { from: start, width, count } = stretch;
        return this.#known(stretch) ?? { from: start, width, count, lives: made.get(start) ?? [] };
      });
      return this.#keep(units) ? { units, older } : undefined;
    });
  }

  /** One after the other: the next call then finds the results of the previous one. */
  #afterLast<T>(load: () => Promise<T>): Promise<T> {
    const loaded = this.#last.then(load, load);
    this.#last = loaded;
    return loaded;
  }

  /** The required range, and the time before it. */
  async #layOut(from: number, toMs: number): Promise<Pick<RecentTime, 'older'> & { stretches: Stretch[] }> {
    const ticks = await this.#count(from, toMs);
    const earliest = Math.min(toMs / 1000, ...ticks.keys());
    const keptFrom = Math.max(from, floor(Math.floor(toMs / 1000) - MAX_RECENT_SECONDS, MINUTE_SECONDS));
    const stretches = layOut(Math.max(keptFrom, floor(Math.floor(earliest), MINUTE_SECONDS)), toMs, ticks);
    const older = earliest < keptFrom ? { fromMs: from * 1000, toMs: keptFrom * 1000 } : undefined;
    return { stretches, older };
  }

  readonly #known = (stretch: Stretch): KeptUnit | undefined => this.#units.get(nameOf(stretch));
  readonly #isNew = (stretch: Stretch): boolean => stretch.count > 0 && !this.#known(stretch);

  /** False if that is too much. */
  #keep(units: readonly KeptUnit[]): boolean {
    const lives = units.reduce((sum, unit) => sum + unit.lives.length, 0);
    const isKept = lives <= MAX_LIVES;
    this.#units = new Map(isKept ? units.map((unit) => [nameOf(unit), unit]) : []);
    return isKept;
  }

  /** Rows by tick. */
  async #count(from: number, toMs: number): Promise<Map<number, number>> {
    const rows = await this.#store.query<{ tick: string; n: string }>(
      `SELECT ${bucketSql(TICK_SECONDS)} AS tick, count() AS n
      FROM ${this.#store.database}.invocations
      WHERE ${between(from, toMs)}
      GROUP BY tick`,
    );
    return new Map(rows.map(({ tick, n }) => [Number(tick), Number(n)]));
  }

  async #readLives(stretches: readonly Stretch[], toMs: number): Promise<Map<number, LifeRow[]>> {
    if (stretches.length === 0) return new Map();
    const rows = await this.#read<LifeSqlRow & { unit: string }>(
      livesSql(`(${sandboxRows(this.#source(stretches, toMs))})`, 'bucket'),
    );
    return byUnit(rows, lifeRow);
  }

  async #readFunctions(stretches: readonly Stretch[], toMs: number): Promise<Map<number, FunctionPart[]>> {
    if (stretches.length === 0) return new Map();
    const rows = await this.#read<FunctionSqlRow>(
      `SELECT ${PART_COLUMNS} FROM (${functionRows(this.#source(stretches, toMs))})`,
    );
    return byUnit(rows, functionPart);
  }

  /** On one thread each: usually nobody waits for this, and other questions run meanwhile. */
  #read<Row>(sql: string): Promise<Row[]> {
    return this.#store.query<Row>(sql, {}, { maxRows: 2 * MAX_LIVES, maxThreads: 1 });
  }

  #source(stretches: readonly Stretch[], toMs: number): Source {
    const isIn = stretches.map((stretch) => `(${between(stretch.from, endOf(stretch, toMs))})`).join(' OR ');
    const ticks = stretches.filter(({ width }) => width === TICK_SECONDS).map(({ from }) => from);
    return {
      database: this.#store.database,
      where: `(${isIn})`,
      bucket: `if(start >= ${nanos(Math.min(...ticks, Infinity))}, ${bucketSql(TICK_SECONDS)}, ${bucketSql(MINUTE_SECONDS)})`,
    };
  }
}

const isWhole = (unit: KeptUnit | undefined): unit is RecentUnit => unit?.functions !== undefined;

const recentOfStores = new WeakMap<Store, Recent>();

/** The kept unsealed time of a store. */
export function recentOf(store: Store): Recent {
  const recent = recentOfStores.get(store) ?? new Recent(store);
  recentOfStores.set(store, recent);
  return recent;
}

/** Whole minutes, and ticks for the newest of them. */
function layOut(from: number, toMs: number, ticks: ReadonlyMap<number, number>): Stretch[] {
  const now = Math.floor(toMs / 1000);
  const ticksFrom = Math.max(from, floor(now - TICKS_FOR_SECONDS, MINUTE_SECONDS));
  const countIn = (start: number, width: number): number => {
    let sum = 0;
    for (let tick = start; tick < start + width; tick += TICK_SECONDS) sum += ticks.get(tick) ?? 0;
    return sum;
  };
  const stretches: Stretch[] = [];
  for (let at = from; at * 1000 < toMs;) {
    const width = at < ticksFrom ? MINUTE_SECONDS : TICK_SECONDS;
    stretches.push({ from: at, width, count: countIn(at, width) });
    at += width;
  }
  return stretches;
}

const floor = (seconds: number, width: number): number => seconds - (seconds % width);
const nameOf = ({ from, width, count }: Stretch): string => `${from} ${width} ${count}`;
const endOf = ({ from, width }: Stretch, toMs: number): number => Math.min(toMs, (from + width) * 1000);

function between(from: number, toMs: number): string {
  return `start >= ${nanos(from)} AND start < ${nanos(toMs / 1000)}`;
}

function nanos(seconds: number): string {
  const latest = 4_000_000_000;
  return `fromUnixTimestamp64Nano(${BigInt(Math.round(Math.min(seconds, latest) * 1000)) * 1_000_000n})`;
}

function byUnit<Sql extends { readonly unit: string }, Part>(
  rows: readonly Sql[],
  part: (row: Sql) => Part,
): Map<number, Part[]> {
  const units = new Map<number, Part[]>();
  for (const row of rows) {
    const from = Number(row.unit);
    const own = units.get(from);
    if (own) own.push(part(row));
    else units.set(from, [part(row)]);
  }
  return units;
}

const PART_COLUMNS = `bucket AS unit, ${DURATION_COLUMNS}, errors, hops, pairs,
  transitions, [first_host, first_sandbox, last_host, last_sandbox] AS edge`;

interface FunctionSqlRow extends DurationSqlRow {
  readonly unit: string;
  readonly errors: string;
  readonly hops: string;
  readonly pairs: string;
  readonly transitions: readonly Transition[];
  readonly edge: readonly [string, string, string, string];
}

function functionPart(row: FunctionSqlRow): FunctionPart {
  const { function: name, transitions, edge, pairs, hops, unit } = row;
  return {
    function: name,
    durations: durationRow(row),
    errors: Number(row.errors),
    hops: Number(hops),
    moves: packMoves({ function: name, transitions, edges: [[unit, ...edge, pairs, hops]] }),
  };
}
