import { ATTR_IMPORT_NAME, ATTR_PROBE_RUN_ID } from '@sandscope/probes/semconv';
import type { Store } from '../store/index.ts';
import { FUNCTION_OF_SPAN } from '../store/catalogue/span-columns.ts';
import { quote } from '../store/query-params.ts';

/** The kinds of data that can be deleted as a whole. */
export const DELETION_KINDS = ['function', 'import', 'run'] as const;
export type DeletionKind = (typeof DELETION_KINDS)[number];

/** A function, an import or a run of an experiment, by its name or id. */
export interface DeletionTarget {
  readonly kind: DeletionKind;
  readonly name: string;
}

export function isDeletionKind(text: unknown): text is DeletionKind {
  return DELETION_KINDS.some((kind) => kind === text);
}

/** Describes a target within a sentence. */
export const nameOf = ({ kind, name }: DeletionTarget): string =>
  ({ function: `the function "${name}"`, import: `the import "${name}"`, run: `the run "${name}"` })[kind];

const OF_SPAN: Readonly<Record<DeletionKind, (name: string) => string>> = {
  function: (name) => `${FUNCTION_OF_SPAN} = ${name}`,
  import: (name) => `ResourceAttributes['${ATTR_IMPORT_NAME}'] = ${name}`,
  run: (name) => `SpanAttributes['${ATTR_PROBE_RUN_ID}'] = ${name}`,
};

/** Condition that a row of `otel_traces` names the target itself. */
export function namesTarget({ kind, name }: DeletionTarget): string {
  return OF_SPAN[kind](quote(name));
}

/**
 * Condition that a row of `otel_traces` belongs to the target; for a run, this includes the function spans of its
 * calls.
 */
export function isOfTarget(target: DeletionTarget, database: string): string {
  const own = namesTarget(target);
  return target.kind === 'run'
    ? `TraceId IN (SELECT TraceId FROM ${database}.otel_traces WHERE ${own})`
    : own;
}

/** Most traces that one condition names, which limits a statement. */
const TRACES_A_CONDITION = 500;

/**
 * Conditions on rows of `otel_traces` that together equal {@link isOfTarget} without reading other tables.
 *
 * @param only an additional condition on the rows that name the target itself
 * @throws {CollectorError} `ERR_QUERY_LIMIT`, `ERR_ENGINE_UNAVAILABLE`
 */
export async function conditionsOf(store: Store, target: DeletionTarget, only = 'true'): Promise<string[]> {
  const own = `${only} AND ${namesTarget(target)}`;
  if (target.kind !== 'run') return [own];
  const rows = await store.query<{ id: string }>(
    `SELECT DISTINCT TraceId AS id FROM ${store.database}.otel_traces WHERE ${own}`,
  );
  const conditions: string[] = [];
  for (let at = 0; at < rows.length; at += TRACES_A_CONDITION) {
    const ids = rows.slice(at, at + TRACES_A_CONDITION).map(({ id }) => quote(id));
    conditions.push(`TraceId IN (${ids.join(', ')})`);
  }
  return conditions;
}

/** Condition that a row of `otel_traces` was imported, by any import. */
export const IS_IMPORTED = `ResourceAttributes['${ATTR_IMPORT_NAME}'] != ''`;
