import * as semconv from '@sandscope/probes/semconv';

/** Expressions that questions compute from a row of `invocations`. */

/**
 * The environment of an invocation: the platform's name of it, else the sandbox's id. It remains the same if a
 * restarted process generates another id, and it distinguishes clones of one snapshot, which share one id. Empty where
 * neither is known.
 */
export const ENVIRONMENT = "if(instance != '', instance, sandbox_id)";

/** Types of initialisation that no request waits for. */
const AHEAD_OF_CALLS = "'provisioned', 'proactive', 'managed'";

/** Whether an invocation waited for its sandbox to be created: as reported, else by its ordinal, else NULL. */
export const IS_COLD = `multiIf(cold IS NOT NULL, cold, ordinal IS NULL, NULL, ordinal > 1 OR init_type IN (${AHEAD_OF_CALLS}), false, true)`;

/** Whether an invocation failed. */
export const HAS_FAILED = "status IN ('Error', 'STATUS_CODE_ERROR')";

/**
 * Whether an invocation names its sandbox itself, as only our SDK does; rows from before the name's source was recorded
 * have none.
 */
export const NAMES_ITSELF = `sandbox_id != '' AND sandbox_id_source IN ('', '${semconv.ATTR_SANDBOX_ID}')`;

/** Memory limit of the sandbox, in MB of 2^20 bytes; 0 where unknown. */
export const MEMORY_MB = 'intDiv(ifNull(memory_limit_bytes, 0), 1048576)';
