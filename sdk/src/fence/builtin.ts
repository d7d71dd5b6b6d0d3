import { reportFailure } from './report.ts';

/**
 * Loads a built-in Node module on demand: synchronously if Node can (20.16 and later), which is one turn of the event
 * loop earlier.
 *
 * @param name without `node:`
 */
export function builtinModule<T>(name: string, load: () => Promise<T>): T | Promise<T> {
  try {
    const found: unknown = process.getBuiltinModule?.(name);
    if (typeof found === 'object' && found !== null) return found as T;
  } catch (error) {
    reportFailure('process.getBuiltinModule', error);
  }
  return load();
}
