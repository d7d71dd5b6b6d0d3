import type { Store } from '../../store/index.ts';
import { filterParams, isPartOfFunctions } from '../scope.ts';
import type { Scope } from '../scope.ts';
import { TimeSlice } from '../time-slice.ts';
import type { ReadPlan } from './read-plan.ts';
import { partsOf, recentParts } from './read.ts';
import type { DurationRow } from './rows.ts';
import { readSealed } from './sealed-cache.ts';
import { DURATION_BASE, durationRows, NO_DURATION_BIN } from './sql.ts';

export type Quantiles = readonly [p50: number | null, p95: number | null, p99: number | null];

/** Durations of a function, ms, within `(DURATION_BASE - 1) / 2` of the true quantile, and its newest start. */
export interface FunctionDurations {
  readonly last_seen: string;
  readonly durations: Quantiles;
  readonly cold_durations: Quantiles;
  readonly warm_durations: Quantiles;
}

/** The durations of a function in the engine's format. */
export interface Row {
  readonly function: string;
  readonly last_start: string;
  readonly bins: readonly (readonly [number, string, string, string])[];
}

/** SELECT list over `function_rollup`, for {@link durationRow}. */
export const DURATION_COLUMNS = 'function, last_start_ns AS last_start, duration_bins AS bins';

export function durationRow({ function: name, last_start: lastStart, bins: told }: Row): DurationRow {
  const bins = told.map(
    ([bin, cold, warm, unknown]) => [bin, Number(cold), Number(warm), Number(unknown)] as const,
  );
  return { function: name, lastStartUnixNano: BigInt(lastStart), bins, weight: Math.ceil(bins.length / 10) };
}

/** Quantiles of the durations of each function. */
export async function loadDurations(
  store: Store,
  plan: ReadPlan,
  scope: Scope,
  signal?: AbortSignal,
): Promise<Map<string, FunctionDurations>> {
  const isPart = isPartOfFunctions(scope);
  // Durations are kept per function, not per version or deployment: the rows of those are read again.
  const parts = isPart
    ? partsOf(store.database, { ...plan, sealed: [], dirty: [], raw: [plan] }, scope)
    : partsOf(store.database, plan, scope);
  const params = filterParams(scope);
  const slice = new TimeSlice();
  const read = async (rows: string): Promise<DurationRow[]> => {
    const found = await store.query<Row>(summed(rows), { ...params, ...parts.params }, {}, signal);
    const durations: DurationRow[] = [];
    await slice.each(found, (row) => durations.push(durationRow(row)));
    return durations;
  };
  const [sealed, raw] = await Promise.all([
    isPart
      ? []
      : readSealed(store, {
          name: 'durations',
          plan,
          parts,
          params,
          load: (condition) => read(`${store.database}.function_rollup FINAL WHERE ${condition}`),
        }),
    parts.raw ? read(`(${durationRows(parts.raw)})`) : [],
  ]);
  const recent = recentParts(plan, scope).map((part) => part.durations);
  const sums = new Map<string, Sum>();
  await slice.each([...sealed, ...raw, ...recent], (row) => addRow(sums, row));
  const durations = new Map<string, FunctionDurations>();
  await slice.each(sums, ([name, sum]) => durations.set(name, durationsOf(sum)));
  return durations;
}

/** Bins are added up as rows of their own: the engine's `sumMap` boxes every value, which takes twice as long. */
function summed(rows: string): string {
  return `SELECT function, max(last) AS last_start, groupArrayIf((bin, cold, warm, unknown), cold + warm + unknown > 0) AS bins
    FROM (
      SELECT function, max(last_start_ns) AS last, part.1 AS bin, sum(part.2) AS cold, sum(part.3) AS warm,
        sum(part.4) AS unknown
      FROM (SELECT function, last_start_ns, duration_bins FROM ${rows})
      LEFT ARRAY JOIN duration_bins AS part
      GROUP BY function, bin
    )
    GROUP BY function`;
}

interface Sum {
  lastStartUnixNano: bigint;
  readonly bins: Map<number, [cold: number, warm: number, unknown: number]>;
}

function addRow(sums: Map<string, Sum>, row: DurationRow): void {
  const sum = sums.get(row.function) ?? { lastStartUnixNano: 0n, bins: new Map() };
  sums.set(row.function, sum);
  if (row.lastStartUnixNano > sum.lastStartUnixNano) sum.lastStartUnixNano = row.lastStartUnixNano;
  for (const [bin, cold, warm, unknown] of row.bins) {
    const known = sum.bins.get(bin);
    if (known === undefined) sum.bins.set(bin, [cold, warm, unknown]);
    else {
      known[0] += cold;
      known[1] += warm;
      known[2] += unknown;
    }
  }
}

function durationsOf({ lastStartUnixNano, bins }: Sum): FunctionDurations {
  const ascending = [...bins].sort(([a], [b]) => a - b);
  const by = (count: (counts: readonly [number, number, number]) => number): Quantiles =>
    quantiles(ascending.map(([bin, counts]) => [bin, count(counts)] as const));
  return {
    last_seen: String(lastStartUnixNano),
    durations: by(([cold, warm, unknown]) => cold + warm + unknown),
    cold_durations: by(([cold]) => cold),
    warm_durations: by(([, warm]) => warm),
  };
}

/** Nearest rank. */
function quantiles(ascending: readonly (readonly [bin: number, count: number])[]): Quantiles {
  const total = ascending.reduce((sum, [, count]) => sum + count, 0);
  const at = (q: number): number | null => {
    let missing = Math.max(1, Math.ceil(q * total));
    for (const [bin, count] of ascending) {
      missing -= count;
      if (missing <= 0 && count > 0) return bin === NO_DURATION_BIN ? 0 : DURATION_BASE ** bin;
    }
    return null;
  };
  return [at(0.5), at(0.95), at(0.99)];
}
