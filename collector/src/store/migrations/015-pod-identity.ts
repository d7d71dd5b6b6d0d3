import * as semconv from '@sandscope/probes/semconv';
import {
  attribute,
  END_COLUMNS,
  FUNCTION_OF_SPAN,
  INVOCATION_COLUMNS,
  POD_SINCE,
} from '../catalogue/span-columns.ts';
import { NAMES_ITSELF, namesOf } from './002-invocations.ts';
import { PLAUSIBLE_TIMES } from './009-whole-identity.ts';
import { entryInvocations, namedEnds } from './010-sandbox-identity.ts';
import type { Migration } from './migration.ts';

const SLOT_NANOS = '600000000000';

/** Pods tell their uid as an attribute of the resource. Other rows are left out by the names of attributes alone. */
const TELLS_POD = `has(ResourceAttributes.keys, '${semconv.ATTR_K8S_POD_UID}')`;
/** Whether a row of `otel_traces` names its sandbox itself, and only its pod tells the environment. */
const IS_IN_POD = `${NAMES_ITSELF} AND ${attribute(semconv.ATTR_K8S_POD_UID)} != '' AND ${attribute(semconv.ATTR_FAAS_INSTANCE)} = ''`;

/**
 * Takes the uid of a pod for the platform's name of a sandbox where the platform gives it none: pods restored from one
 * snapshot share the sandbox's own id, and a process that is restarted in its pod makes another id.
 *
 * Rows of pods whose spans still exist are replaced, so that a sandbox that lives through the upgrade keeps one name.
 * They are marked `filled`, because they did not newly arrive, and what was computed from them is computed again.
 */
export const podIdentity: Migration = {
  name: 'pod-identity',
  statements: (database) => [
    `CREATE MATERIALIZED VIEW IF NOT EXISTS ${database}.pod_invocations_mv TO ${database}.invocations AS
    ${entryInvocations(database, POD_SINCE)}`,
    `DROP VIEW IF EXISTS ${database}.measured_invocations_mv`,
    `CREATE MATERIALIZED VIEW IF NOT EXISTS ${database}.pod_sandbox_ends_mv TO ${database}.sandbox_ends AS
    ${namedEnds(database, POD_SINCE)}`,
    `DROP VIEW IF EXISTS ${database}.named_sandbox_ends_mv`,
    `INSERT INTO ${database}.invocations (${namesOf(INVOCATION_COLUMNS, POD_SINCE)}, filled)
    ${entryInvocations(database, POD_SINCE, { column: '1 AS filled', prewhere: TELLS_POD })} AND ${IS_IN_POD}`,
    `INSERT INTO ${database}.sandbox_ends (${namesOf(END_COLUMNS, POD_SINCE)})
    ${namedEnds(database, POD_SINCE, { prewhere: TELLS_POD })} AND ${IS_IN_POD}`,
    `INSERT INTO ${database}.activity (slot, function, changed_at, rows)
    SELECT toInt32(intDiv(toUnixTimestamp64Nano(Timestamp), ${SLOT_NANOS})) AS slot, ${FUNCTION_OF_SPAN} AS function,
      now() AS changed_at, 0 AS rows
    FROM ${database}.otel_traces
    PREWHERE ${TELLS_POD}
    WHERE ${FUNCTION_OF_SPAN} != '' AND ${PLAUSIBLE_TIMES} AND ${IS_IN_POD}
    GROUP BY slot, function`,
  ],
};
