// npx esbuild openwhisk.ts --bundle --platform=node --format=cjs --outfile=probe.js
// wsk action create probe probe.js --kind nodejs:20 --web true
import { wrapAction } from '@sandscope/sdk/openwhisk';
import { probe } from './probe.ts';

export const main = wrapAction(probe);
