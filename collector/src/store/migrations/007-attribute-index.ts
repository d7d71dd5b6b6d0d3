import type { Migration } from './migration.ts';

/** The maps of a span whose content is indexed. */
export type IndexedMap = 'SpanAttributes' | 'ResourceAttributes';

/**
 * A number for each key-value pair. The index stores which of them occur in each granule; a query must use exactly the
 * same expression.
 */
export const hashesOf = (map: IndexedMap): string =>
  `arrayMap((k, v) -> cityHash64(k, v), mapKeys(${map}), mapValues(${map}))`;

const addIndex = (database: string, name: string, map: IndexedMap): string =>
  `ALTER TABLE ${database}.otel_traces ADD INDEX IF NOT EXISTS ${name} ${hashesOf(map)} TYPE bloom_filter(0.01) GRANULARITY 1`;

/**
 * Finds the few granules that may contain a rare attribute. It indexes keys together with values, not each alone: every
 * granule contains `true`, `0` and every key. Older parts have no index and are read whole.
 */
export const attributeIndex: Migration = {
  name: 'attribute-index',
  statements: (database) => [
    addIndex(database, 'idx_span_attributes', 'SpanAttributes'),
    addIndex(database, 'idx_resource_attributes', 'ResourceAttributes'),
  ],
};
