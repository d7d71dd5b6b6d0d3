import type { Store } from '../store/index.ts';
import { quote } from '../store/query-params.ts';
import { activityOf, deleteSpans, renewSeals, TABLES_OF_SPANS } from './delete-spans.ts';
import { listData } from './list-data.ts';
import type { Listed } from './list-data.ts';
import { conditionsOf } from './target.ts';
import type { DeletionTarget } from './target.ts';

/** Tables of a function that are kept longer than its spans, and rollups. */
const TABLES_OF_FUNCTIONS = [
  ...TABLES_OF_SPANS,
  'report_joins',
  'sandboxes',
  'function_rollup',
  'minute_rollup',
  'first_calls',
  'warm_rollup',
  'activity',
] as const;

/**
 * Deletes a function, an import or a run of an experiment: its spans, the data derived from them, and its share of the
 * rollups. For a function, this includes data that is kept longer than spans; for a run, also the function spans of its
 * calls. When an import is deleted, spans that also arrived with another import, or directly, stay. Earlier events that
 * arrive later are deleted too (`LateSpans`), except for imports.
 *
 * Requires that nothing is inserted meanwhile; concurrent deletions wait for each other. On a cluster, what other
 * collectors insert meanwhile stays, and so do earlier events that arrive later.
 *
 * @returns the deleted data
 * @throws {CollectorError} `ERR_NOT_FOUND` when there is nothing with that name, `ERR_STORE_REJECTED`,
 *   `ERR_ENGINE_UNAVAILABLE`
 */
export async function deleteData(store: Store, target: DeletionTarget): Promise<Listed> {
  const { database } = store;
  const { kind, name } = target;
  const listed = await listData(store, target);
  if (kind !== 'import' && !store.isCluster) {
    // First of all, so that an interrupted deletion is completed.
    await store.command(
      `INSERT INTO ${database}.deletions (kind, name, deleted_at) SELECT ${quote(kind)}, ${quote(name)}, now64(3)`,
    );
  }
  for (const condition of await conditionsOf(store, target)) await deleteSpans(store, condition);
  if (kind === 'function') await deleteFunction(store, name);
  return listed;
}

async function deleteFunction(store: Store, name: string): Promise<void> {
  const { database } = store;
  const own = `function = ${quote(name)}`;
  const hours = `SELECT intDiv(slot, 6) FROM ${database}.activity WHERE ${own}`;
  await store.command(renewSeals(database, hours));
  for (const table of TABLES_OF_FUNCTIONS) {
    await store.deleteRows(table, own);
  }
  await store.deleteRows('service_calls', `parent = ${quote(name)} OR child = ${quote(name)}`);
  // Other collectors of a cluster may have inserted meanwhile.
  if (store.isCluster) await store.command(activityOf(database, 'invocations', own, 'count()'));
}
