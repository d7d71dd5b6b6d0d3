import Module from 'node:module';
import { guarded } from '../fence/report.ts';
import type { LoadClock } from './load-times.ts';

// `load` is not among the documented methods, but the one that programs have replaced for as long as there is Node.js.
interface Loadable {
  load: (this: unknown, filename: string) => unknown;
}

/**
 * Times CommonJS modules, JSON and add-ons from now on: reading, compiling and running each, also where an ES module
 * imports it.
 *
 * @returns ends that
 */
export function timeCommonJs(clock: LoadClock): () => void {
  const prototype = Module.prototype as unknown as Loadable;
  const { load } = prototype;
  function timed(this: unknown, filename: string): unknown {
    const loading = guarded('timing a module', () => clock.begin(filename));
    try {
      return Reflect.apply(load, this, [filename]);
    } finally {
      if (loading !== undefined) guarded('timing a module', () => clock.end(loading));
    }
  }
  prototype.load = timed;
  return () => {
    // Somebody else may have replaced it since, and calls this one.
    if (prototype.load === timed) prototype.load = load;
  };
}
