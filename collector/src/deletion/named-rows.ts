import type { Store } from '../store/index.ts';
import { quote } from '../store/query-params.ts';

/** Most rows named by one statement, which limits its length. */
export const NAMED_A_STATEMENT = 2_000;

/** A condition on columns of some table: `(trace_id, span_id, function)` → `(trace_id, …) IN (…)`. */
export type In = (columns: string) => string;

/**
 * Conditions that together hold for the values of a SELECT. On a single server the condition reads them itself. On a
 * cluster it names them, a bounded number at a time: replicas delete by themselves, and the result of a SELECT may differ
 * between them.
 *
 * @param select of columns named in `columns`; texts and numbers
 */
export async function* conditionsIn(
  store: Store,
  select: string,
  columns: readonly string[],
): AsyncGenerator<In> {
  if (!store.isCluster) {
    yield (of) => `${of} IN (${select})`;
    return;
  }
  const rows = await store.query<Record<string, string | number>>(
    `SELECT DISTINCT ${columns.join(', ')} FROM (${select})`,
    {},
    { maxSeconds: 300 },
  );
  for (let from = 0; from < rows.length; from += NAMED_A_STATEMENT) {
    const named = rows.slice(from, from + NAMED_A_STATEMENT).map((row) => {
      const values = columns.map((column) => literal(row[column]!));
      return values.length === 1 ? values[0] : `(${values.join(', ')})`;
    });
    yield (of) => `${of} IN (${named.join(', ')})`;
  }
}

const literal = (value: string | number): string =>
  typeof value === 'number' ? String(value) : quote(value);
