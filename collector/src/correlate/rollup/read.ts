import { FILTERS, filterSql } from '../scope.ts';
import type { Filter, Scope } from '../scope.ts';
import type { ReadPlan } from './read-plan.ts';
import type { FunctionPart, LivesUnit } from './units.ts';
import { bucketSql, rowForm, SLOT_SECONDS } from './sql.ts';
import type { Source } from './sql.ts';

/** The parts of a question: rollup rows, and unsealed rows of `invocations`. */
export interface Parts {
  /** Condition on a rollup's `width` and `bucket`. */
  readonly sealed: string;
  /** The same including buckets with late data, as they were when they were sealed. */
  readonly all: string;
  /** Condition on the functions of these buckets. */
  readonly isDirty: string;
  /** {@link sealed} on `minute`, for the rollup that has no buckets. */
  readonly minutes: string;
  /** {@link all} on `minute`. */
  readonly allMinutes: string;
  /** Undefined when everything is sealed. */
  readonly raw: Source | undefined;
  readonly params: Readonly<Record<string, unknown>>;
}

/**
 * The two halves of a planned question.
 *
 * @param filters applied to both; a rollup without a column for one of them cannot be queried
 */
export function partsOf(
  database: string,
  plan: ReadPlan<LivesUnit>,
  scope: Scope,
  filters: readonly Filter[] = FILTERS,
): Parts {
  const filter = filterSql(scope, filters);
  const runs = plan.sealed.map(
    ({ width, from, to, form }) =>
      `(width = ${width} AND form = ${rowForm(form)} AND ${within('bucket', from, to)})`,
  );
  const minuteRuns = plan.sealed.map(
    ({ from, to, form }) => `(form = ${rowForm(form)} AND ${within('minute', from, to)})`,
  );
  const stretches = plan.raw.map(({ fromMs, toMs }) => stretch(fromMs * 1000, toMs * 1000));
  const dirty = plan.dirty.map(
    ({ width, from }, index) =>
      `(function = {dirty${index}:String} AND ${stretch(from * 1e6, (from + width) * 1e6)})`,
  );
  const names = Object.fromEntries(plan.dirty.map((entry, index) => [`dirty${index}`, entry.function]));
  const clean = plan.dirty.map(
    ({ width, from }, index) =>
      ` AND NOT (width = ${width} AND bucket = toDateTime(${from}) AND function = {dirty${index}:String})`,
  );
  const cleanMinutes = plan.dirty.map(
    ({ width, from }, index) =>
      ` AND NOT (${within('minute', from, from + width)} AND function = {dirty${index}:String})`,
  );
  const raw = [...stretches, ...dirty];
  return {
    sealed: `(${runs.join(' OR ') || 'false'})${clean.join('')}${filter}`,
    all: `(${runs.join(' OR ') || 'false'})${filter}`,
    isDirty: `function IN (${plan.dirty.map((_, index) => `{dirty${index}:String}`).join(', ') || "''"})`,
    minutes: `(${minuteRuns.join(' OR ') || 'false'})${cleanMinutes.join('')}${filter}`,
    allMinutes: `(${minuteRuns.join(' OR ') || 'false'})${filter}`,
    raw:
      raw.length === 0
        ? undefined
        : { database, where: `(${raw.join(' OR ')})${filter}`, bucket: bucketSql(SLOT_SECONDS) },
    params: names,
  };
}

/** The recent units of a plan for the functions in scope, in order of time. */
export function recentParts({ recent = [] }: ReadPlan, { function: name }: Scope): FunctionPart[] {
  const parts = recent.flatMap((unit) => unit.functions);
  return name === undefined ? parts : parts.filter((part) => part.function === name);
}

/** Condition that a DateTime column is in a range of whole seconds. */
function within(column: string, from: number, to: number): string {
  return `${column} >= toDateTime(${from}) AND ${column} < toDateTime(${to})`;
}

/** Condition that `start` is in a range given in whole microseconds. */
function stretch(fromMicros: number, toMicros: number): string {
  const nanos = (micros: number): string => `${BigInt(Math.round(micros)) * 1000n}`;
  return `(start >= fromUnixTimestamp64Nano(${nanos(fromMicros)}) AND start < fromUnixTimestamp64Nano(${nanos(toMicros)}))`;
}
