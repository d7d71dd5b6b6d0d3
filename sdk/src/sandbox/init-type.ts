import type { InitType } from '@sandscope/probes/semconv';
import type { Env } from '../config/config.ts';

// A sandbox that waits longer than this for its first invocation was initialised ahead of it. Init itself may last that
// long, but an invocation that waits for it follows within milliseconds.
const PROACTIVE_GAP_MS = 10_000;

/**
 * How this process was initialised.
 *
 * @param env `AWS_LAMBDA_INITIALIZATION_TYPE` decides if set; `SANDSCOPE_PROACTIVE_GAP_MILLIS` is the wait from which
 *   on an initialisation counts as proactive (10000)
 * @param restarted an earlier process of the same sandbox left its stamp
 * @param initToInvokeMs end of initialisation to the first invocation
 */
export function initType(env: Env, restarted: boolean, initToInvokeMs: number): InitType {
  switch (env['AWS_LAMBDA_INITIALIZATION_TYPE']) {
    case 'lambda-managed-instances':
      return 'managed';
    case 'snap-start':
      return 'restored';
    case 'provisioned-concurrency':
      return 'provisioned';
    default:
      if (restarted) return 'reinit';
      return initToInvokeMs > proactiveGapMs(env) ? 'proactive' : 'on_demand';
  }
}

function proactiveGapMs(env: Env): number {
  const given = Number(env['SANDSCOPE_PROACTIVE_GAP_MILLIS'] || Number.NaN);
  return given > 0 ? given : PROACTIVE_GAP_MS;
}

/** Whether a caller waited for an initialisation of that type. */
export function userWaited(type: InitType): boolean {
  return type === 'on_demand' || type === 'reinit' || type === 'restored';
}
