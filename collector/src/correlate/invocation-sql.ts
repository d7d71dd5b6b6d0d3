import * as semconv from '@sandscope/probes/semconv';

/** What questions make of the columns of `invocations`; each is an expression on its row. */

/**
 * The environment an invocation ran in: the platform's name of it, else the sandbox's id. A process that made up another id
 * after a restart is still in it, and clones of one snapshot, which have one id, are in several. Empty where neither is told.
 */
export const ENVIRONMENT = "if(instance != '', instance, sandbox_id)";

/** Types of initialisation that nobody waits for. */
const AHEAD_OF_CALLS = "'provisioned', 'proactive', 'managed'";

/** Whether an invocation waited for its sandbox to be made: as told, else by its ordinal, else NULL. */
export const IS_COLD = `multiIf(cold IS NOT NULL, cold, ordinal IS NULL, NULL, ordinal > 1 OR init_type IN (${AHEAD_OF_CALLS}), false, true)`;

/** Whether an invocation failed. */
export const HAS_FAILED = "status IN ('Error', 'STATUS_CODE_ERROR')";

/** Whether an invocation names its sandbox itself, as only our SDK does; rows older than the source of the name have none. */
export const NAMES_ITSELF = `sandbox_id != '' AND sandbox_id_source IN ('', '${semconv.ATTR_SANDBOX_ID}')`;

/** What the sandbox is allowed to use, in MB of 2^20 bytes; 0 where it is not told. */
export const MEMORY_MB = 'intDiv(ifNull(memory_limit_bytes, 0), 1048576)';
