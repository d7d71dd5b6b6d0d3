import { monotonicMs } from '../clock/clock.ts';
import type * as AsyncHooks from 'node:async_hooks';
import { reportFailure } from '../fence/report.ts';
import type { IoOperation } from './operations.ts';

/** Running totals of the program's asynchronous file operations. */
export interface FsWatch {
  read(): { readonly count: number; readonly ms: number };
}

const KINDS = new Set(['FSREQCALLBACK', 'FSREQPROMISE']);
// Operations that never end must not pile up.
const MAX_OPEN = 10_000;
// Faster ones are not worth a span.
const SLOW_MS = 1;

/**
 * Watches asynchronous file operations (`fs` with callbacks, `fs/promises`, file streams) through an asynchronous hook,
 * until the process ends. Undefined if the hooks' module cannot be loaded synchronously (Node before 20.16).
 *
 * @param add receives each operation that took 1 ms or longer
 *
 * Cost: 0.25 ms to start and about 10 % of an HTTP exchange's CPU time (Node 24). If hooks cannot leave promises out
 * (Node 20, 22), each `await` takes about 70 ns longer. Therefore off by default.
 */
export function fsWatch(add: (operation: IoOperation) => void): FsWatch | undefined {
  const hooks = process.getBuiltinModule?.('node:async_hooks') as typeof AsyncHooks | undefined;
  if (hooks === undefined) return undefined;
  const open = new Map<number, number>();
  const total = { count: 0, ms: 0 };
  // An error thrown by a hook ends the process.
  const safely = (step: () => void): void => {
    try {
      step();
    } catch (error) {
      reportFailure('watching file operations', error);
    }
  };
  hooks
    .createHook({
      trackPromises: false,
      init(id, kind) {
        if (KINDS.has(kind) && open.size < MAX_OPEN) safely(() => open.set(id, monotonicMs()));
      },
      before(id) {
        if (open.size === 0) return;
        safely(() => {
          const startMs = open.get(id);
          if (startMs === undefined || !open.delete(id)) return;
          const endMs = monotonicMs();
          total.count += 1;
          total.ms += endMs - startMs;
          if (endMs - startMs >= SLOW_MS) add({ kind: 'fs', name: '', startMs, endMs });
        });
      },
    })
    .enable();
  return { read: () => ({ ...total }) };
}
