import Module from 'node:module';
import { guarded } from '../fence/report.ts';
import type { LoadClock } from './load-times.ts';

// `load` is not documented, but programs have been replacing it for as long as Node.js has existed.
interface Loadable {
  load: (this: unknown, filename: string) => unknown;
}

/**
 * Times CommonJS modules, JSON and add-ons from now on: reading, compiling and running each, also if an ES module
 * imports it.
 *
 * @returns stops the timing
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
    // Another program may have replaced it since, and may call this one.
    if (prototype.load === timed) prototype.load = load;
  };
}
