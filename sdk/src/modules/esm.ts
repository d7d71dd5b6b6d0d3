// The default export: importing a name that a Node version lacks would break every bundle that links it.
import Module from 'node:module';
import { fileURLToPath } from 'node:url';
import { guarded, reportOnce } from '../fence/report.ts';
import type { LoadClock, Loading } from './load-times.ts';

const MARK = 'sandscope.module';

/**
 * Times ES modules from now on: reading each one, and running it, through two calls around its text. V8 compiles a
 * whole graph at once and does not report how long that takes.
 *
 * @returns stops the timing
 */
export function timeEsm(clock: LoadClock, nowMs: () => number): () => void {
  if (typeof Module.registerHooks !== 'function') {
    reportOnce(
      'SANDSCOPE_MODULES',
      'SANDSCOPE_MODULES times ES modules from Node.js 22.15 on; here CommonJS only',
    );
    return () => undefined;
  }
  const paths: string[] = [];
  const running: (Loading | undefined)[] = [];
  const store = globalThis as unknown as Record<symbol, unknown>;
  const mark = Symbol.for(MARK);
  store[mark] = (index: number, begins: boolean): void => {
    guarded('timing a module', () => {
      const path = paths[index];
      if (path === undefined) return;
      if (begins) running[index] = clock.begin(path);
      else if (running[index] !== undefined) clock.end(running[index]);
    });
  };
  const hooks = Module.registerHooks({
    resolve(specifier, context, next) {
      const result = next(specifier, context);
      guarded('timing a module', () => {
        const [path, parent] = [pathOf(result.url), pathOf(context.parentURL)];
        if (path !== undefined && parent !== undefined) clock.asked(path, parent);
      });
      return result;
    },
    load(url, context, next) {
      const beganMs = nowMs();
      const result = next(url, context);
      const tookMs = nowMs() - beganMs;
      const source = guarded('timing a module', () => {
        const path = pathOf(url);
        if (result.format !== 'module' || path === undefined) return undefined;
        clock.add(path, tookMs, beganMs);
        return withMarks(asText(result.source), paths.push(path) - 1);
      });
      return source === undefined ? result : { ...result, source };
    },
  });
  return () => {
    hooks.deregister();
    delete store[mark];
  };
}

function pathOf(url: string | undefined): string | undefined {
  return url?.startsWith('file:') ? fileURLToPath(url) : undefined;
}

function asText(source: unknown): string | undefined {
  if (typeof source === 'string') return source;
  return source instanceof Uint8Array ? new TextDecoder().decode(source) : undefined;
}

/** The text with a call before and after it; line numbers stay the same. */
function withMarks(text: string | undefined, index: number): string | undefined {
  if (text === undefined) return undefined;
  const call = (begins: boolean): string => `globalThis[Symbol.for('${MARK}')]?.(${index},${begins});`;
  const firstLine = text.startsWith('#!') ? text.indexOf('\n') + 1 || text.length : 0;
  return `${text.slice(0, firstLine)}${call(true)}${text.slice(firstLine)}\n;${call(false)}`;
}
