import type { Migration } from './migration.ts';

/** The maps of a span that have an index of what is in them. */
export type IndexedMap = 'SpanAttributes' | 'ResourceAttributes';

/**
 * A number for each key with its value. The index keeps which of them are in each granule; a question has to name them
 * the same way, letter by letter.
 */
export const hashesOf = (map: IndexedMap): string =>
  `arrayMap((k, v) -> cityHash64(k, v), mapKeys(${map}), mapValues(${map}))`;

const addIndex = (database: string, name: string, map: IndexedMap): string =>
  `ALTER TABLE ${database}.otel_traces ADD INDEX IF NOT EXISTS ${name} ${hashesOf(map)} TYPE bloom_filter(0.01) GRANULARITY 1`;

/**
 * Finds the few granules that may have a rare attribute. Keys together with values, not each by itself: `true` or `0`
 * is in every granule, and so is every key. Parts that were there before have no index and are read whole.
 */
export const attributeIndex: Migration = {
  name: 'attribute-index',
  statements: (database) => [
    addIndex(database, 'idx_span_attributes', 'SpanAttributes'),
    addIndex(database, 'idx_resource_attributes', 'ResourceAttributes'),
  ],
};
