import { DURABLE } from './001-spans.ts';
import type { Migration } from './migration.ts';

/** As long as spans are kept by default: spans that arrive later are too old to be kept. */
const RETENTION_DAYS = 30;

/** `deletions`: what was deleted when, so that older data that arrives later is deleted too. */
export const deletionsTable: Migration = {
  name: 'deletions',
  statements: (database) => [
    `CREATE TABLE IF NOT EXISTS ${database}.deletions (
      kind LowCardinality(String) CODEC(ZSTD(1)),
      name String CODEC(ZSTD(1)),
      deleted_at DateTime64(3) CODEC(Delta, ZSTD(1))
    )
    ENGINE = ReplacingMergeTree(deleted_at)
    ORDER BY (kind, name)
    TTL toDateTime(deleted_at) + toIntervalDay(${RETENTION_DAYS})
    ${DURABLE}`,
  ],
};
