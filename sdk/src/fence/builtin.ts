import { reportFailure } from './report.ts';

/**
 * A module of Node's own that is loaded where it is needed: at once where Node has a synchronous way (20.16 and later),
 * which is a turn of the event loop earlier.
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
