import type { Migration } from './migration.ts';

/**
 * Stores durations as counts in bins of their length instead of `quantilesDD` states: then any reader of the rollups
 * can add them up, not only the engine. A state cannot be converted to bins, so every bucket is sealed again; `form`
 * marks the seals whose rows have bins. The old columns remain for servers of an older version that share the tables.
 */
export const durationBins: Migration = {
  name: 'duration bins',
  statements: (database) => [
    `ALTER TABLE ${database}.function_rollup ADD COLUMN IF NOT EXISTS duration_bins Array(Tuple(bin Int16, cold UInt64, warm UInt64, unknown UInt64)) CODEC(ZSTD(1)) AFTER last_start_ns`,
    `ALTER TABLE ${database}.seals ADD COLUMN IF NOT EXISTS form UInt8 DEFAULT 0`,
  ],
};
