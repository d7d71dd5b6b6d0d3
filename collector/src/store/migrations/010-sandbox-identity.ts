import * as semconv from '@sandscope/probes/semconv';
import { attribute, END_COLUMNS, FUNCTION_OF_SPAN, INVOCATION_COLUMNS } from '../catalogue/span-columns.ts';
import { NAMES_ITSELF, namesOf, selectOf } from './002-invocations.ts';
import { PLAUSIBLE_TIMES } from './009-whole-identity.ts';
import type { Migration } from './migration.ts';

const VERSION = 10;
const SLOT_NANOS = '600000000000';
const TEXT = 'String CODEC(ZSTD(1))';
const NAME = 'LowCardinality(String) CODEC(ZSTD(1))';

/** OTLP flags: whether the span says where its parent is, and whether that is another process. */
const HAS_IS_REMOTE = 0x100;
const IS_REMOTE = 0x200;
/** Name of `messaging.operation.type` until 2024. */
const MESSAGING_OPERATION = 'messaging.operation';

/**
 * Whether a row of `otel_traces` is an invocation: another process called this one, or a message was delivered to it.
 * Excluded are spans with a parent in the same process, and programs that fetch messages themselves.
 */
const IS_INVOCATION = `(SpanKind IN ('Server', 'SPAN_KIND_SERVER')
        OR (SpanKind IN ('Consumer', 'SPAN_KIND_CONSUMER')
          AND 'receive' NOT IN (${attribute(semconv.ATTR_MESSAGING_OPERATION_TYPE)}, ${attribute(MESSAGING_OPERATION)})))
      AND NOT (ParentSpanId != '' AND bitAnd(Flags, ${HAS_IS_REMOTE + IS_REMOTE}) = ${HAS_IS_REMOTE})`;

const WAS_INVOCATION = `(SpanKind IN ('Server', 'SPAN_KIND_SERVER') AND ${NAMES_ITSELF})`;

/** Additions to a SELECT that fills a table. */
interface Filling {
  /** Another column. */
  readonly column?: string;
  /** A condition that is checked before other columns are read. */
  readonly prewhere?: string;
}

const prewhereOf = ({ prewhere }: Filling): string =>
  prewhere === undefined ? '' : `\n    PREWHERE ${prewhere}`;

/** The SELECT that fills `invocations`, with the columns of a version; conditions may follow. */
export const entryInvocations = (database: string, version: number, filling: Filling = {}): string => `SELECT
      ${selectOf(INVOCATION_COLUMNS, version)}${filling.column === undefined ? '' : `,\n      ${filling.column}`}
    FROM ${database}.otel_traces${prewhereOf(filling)}
    WHERE ${IS_INVOCATION} AND ${FUNCTION_OF_SPAN} != '' AND ${PLAUSIBLE_TIMES}`;

/** The SELECT that fills `sandbox_ends`, with the columns of a version; conditions may follow. */
export const namedEnds = (database: string, version: number, filling: Filling = {}): string => `SELECT
      ${selectOf(END_COLUMNS, version)}
    FROM ${database}.otel_traces${prewhereOf(filling)}
    WHERE SpanName = '${semconv.SPAN_SHUTDOWN}' AND ${NAMES_ITSELF} AND ${PLAUSIBLE_TIMES}`;

const ENVIRONMENT = "if(instance != '', instance, sandbox_id)";

/**
 * Covers invocations of any OpenTelemetry program: SERVER and CONSUMER spans whose parent is not in the process. The
 * sandbox name is the first of `SANDBOX_ID_SOURCES` that is present, or empty. Invocations whose spans still exist are
 * filled in.
 *
 * Rollups separate sandboxes by their environment (clones share one id) and counts by account, and keep columns for
 * later questions. `form` says how a row was computed: an old row remains readable where its source rows are gone, and
 * is not added to the new row where it was computed again. Sorting keys are extended as in the previous migration.
 */
export const sandboxIdentity: Migration = {
  name: 'sandbox-identity',
  statements: (database) => [
    `ALTER TABLE ${database}.invocations ADD COLUMN IF NOT EXISTS sandbox_id_source ${NAME} AFTER sandbox_id`,
    `ALTER TABLE ${database}.sandbox_ends ADD COLUMN IF NOT EXISTS instance ${TEXT} AFTER sandbox_id`,
    `ALTER TABLE ${database}.sandboxes ADD COLUMN IF NOT EXISTS environment ${TEXT} AFTER sandbox_id, ADD COLUMN IF NOT EXISTS form UInt8 CODEC(ZSTD(1)), ADD COLUMN IF NOT EXISTS sandbox_id_source ${NAME}, ADD COLUMN IF NOT EXISTS host_fingerprint ${NAME}, ADD COLUMN IF NOT EXISTS cpu_model ${NAME}, ADD COLUMN IF NOT EXISTS boot_time_min_unix_ms Nullable(Float64) CODEC(ZSTD(1)), ADD COLUMN IF NOT EXISTS boot_time_max_unix_ms Nullable(Float64) CODEC(ZSTD(1)), ADD COLUMN IF NOT EXISTS memory_limit_bytes Nullable(UInt64) CODEC(ZSTD(1)), MODIFY ORDER BY (width, bucket, function, version, region, sandbox_id, process, environment, form)`,
    `ALTER TABLE ${database}.sandboxes MODIFY COLUMN environment String DEFAULT ${ENVIRONMENT} CODEC(ZSTD(1))`,
    `ALTER TABLE ${database}.function_rollup ADD COLUMN IF NOT EXISTS form UInt8 CODEC(ZSTD(1)), MODIFY ORDER BY (width, bucket, function, form)`,
    `ALTER TABLE ${database}.minute_rollup ADD COLUMN IF NOT EXISTS account_id ${NAME} AFTER region, ADD COLUMN IF NOT EXISTS form UInt8 CODEC(ZSTD(1)), MODIFY ORDER BY (minute, function, version, region, account_id, form)`,
    `CREATE MATERIALIZED VIEW IF NOT EXISTS ${database}.entry_invocations_mv TO ${database}.invocations AS
    ${entryInvocations(database, VERSION)}`,
    `DROP VIEW IF EXISTS ${database}.plausible_invocations_mv`,
    `CREATE MATERIALIZED VIEW IF NOT EXISTS ${database}.named_sandbox_ends_mv TO ${database}.sandbox_ends AS
    ${namedEnds(database, VERSION)}`,
    `DROP VIEW IF EXISTS ${database}.plausible_sandbox_ends_mv`,
    `INSERT INTO ${database}.invocations (${namesOf(INVOCATION_COLUMNS, VERSION)})
    ${entryInvocations(database, VERSION)} AND NOT ${WAS_INVOCATION}`,
    `INSERT INTO ${database}.sandbox_ends (${namesOf(END_COLUMNS, VERSION)})
    ${namedEnds(database, VERSION)}`,
    `INSERT INTO ${database}.activity (slot, function, changed_at, rows)
    SELECT toInt32(intDiv(toUnixTimestamp64Nano(start), ${SLOT_NANOS})) AS slot, function, now() AS changed_at, 0 AS rows
    FROM ${database}.invocations
    WHERE sandbox_id_source != '${semconv.ATTR_SANDBOX_ID}' AND (sandbox_id = '' OR sandbox_id_source != '')
    GROUP BY slot, function`,
  ],
};
