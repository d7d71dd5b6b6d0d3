import { PolicyRegistry } from '../policy-registry.ts';
import { elastic } from './elastic.ts';
import { fixed } from './fixed.ts';
import type { HostScalingContext, HostScalingPolicy } from './policy.ts';

/** All policies of host scaling. To add one, add a file beside these and a name here. */
export const HOST_SCALINGS = new PolicyRegistry<HostScalingPolicy, HostScalingContext>([fixed, elastic]);
