import { PolicyRegistry, type PolicySpec } from '../policy-registry.ts';
import { histogram } from './histogram.ts';
import { periodic } from './periodic.ts';
import type { PrewarmContext, PrewarmPolicy } from './policy.ts';
import { successor } from './successor.ts';

/** All policies of prewarming. To add one, add a file beside these and a name here. */
const PREWARMS = new PolicyRegistry<PrewarmPolicy, PrewarmContext>([histogram, periodic, successor]);

/**
 * One policy, or several that act independently.
 *
 * @returns with defaults filled in
 * @throws {PlatformError} `ERR_CONFIG`
 */
export function parsePrewarm(path: string, value: unknown = []): readonly PolicySpec[] {
  if (!Array.isArray(value)) return [PREWARMS.parse(path, value)];
  return value.map((one: unknown, index) => PREWARMS.parse(`${path}[${index}]`, one));
}

/** The active policies of one version of a function. */
export function startPrewarm(
  specs: readonly PolicySpec[],
  context: PrewarmContext,
): readonly { readonly policy: string; readonly rule: PrewarmPolicy }[] {
  return specs.map((spec) => ({ policy: spec.policy, rule: PREWARMS.start(spec, context) }));
}
