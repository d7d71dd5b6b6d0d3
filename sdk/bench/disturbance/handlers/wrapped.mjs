import { wrap } from '@sandscope/sdk';
import { handler as bare } from './bare.mjs';

export const handler = wrap(bare);
