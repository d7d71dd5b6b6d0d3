/** `io` as a later version, which loads a library that it does not need: a deploy that makes cold starts slower. */
export { handler } from './index.ts';
import 'yaml';
