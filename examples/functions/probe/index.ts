import { wrap } from '@sandscope/sdk';
import { probe } from './probe.ts';

/** For AWS Lambda and the local platform. */
export const handler = wrap(probe);
