import type { Fields } from '../config/fields.ts';
import { atDeploy } from './at-deploy.ts';
import { atFirstStart } from './at-first-start.ts';
import { off } from './off.ts';
import type { PrefetchDefinition, PrefetchPolicy } from './policy.ts';

/** All policies, the default first. To add one, add a file beside these and a line here. */
const POLICIES: readonly PrefetchDefinition[] = [off, atDeploy, atFirstStart];

/** @throws {PlatformError} `ERR_CONFIG` */
export function parsePrefetch(fields: Fields, name: string): string {
  return fields.choice(
    name,
    POLICIES.map(({ prefetch }) => prefetch),
  );
}

/** @param prefetch from `parsePrefetch` */
export function startPrefetch(prefetch: string): PrefetchPolicy {
  return POLICIES.find((one) => one.prefetch === prefetch)!.start();
}
