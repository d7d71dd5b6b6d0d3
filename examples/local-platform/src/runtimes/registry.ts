import { PolicyRegistry } from '../policy-registry.ts';
import { fixed } from './fixed.ts';
import type { RuntimePoolPolicy } from './policy.ts';

/** All policies of the pool of runtimes. To add one, add a file beside these and a name here. */
export const RUNTIME_POOLS = new PolicyRegistry<RuntimePoolPolicy>([fixed]);
