import { endsBySandbox, lifelines } from './lifelines.ts';
import type { Invocation, Lifeline, SandboxEnd } from './lifelines.ts';

/** An invocation of function `f` that lasts 10 ms, unless said otherwise. */
export function invocation(given: Partial<Invocation> & { sandboxId: string; startMs: number }): Invocation {
  return {
    function: 'f',
    environment: given.sandboxId,
    version: '1',
    startUnixNano: String(given.startMs * 1e6),
    endMs: given.startMs + 10,
    durationMs: 10,
    hasFailed: false,
    ordinal: undefined,
    processStartTicks: '1',
    cold: false,
    initDurationMs: undefined,
    exportMs: undefined,
    concurrent: undefined,
    ...given,
  };
}

/** The goodbye of a sandbox of function `f`. */
export function goodbye(given: Partial<SandboxEnd> & { sandboxId: string; timeMs: number }): SandboxEnd {
  return {
    function: 'f',
    instance: '',
    reason: 'sigterm',
    lastOrdinal: undefined,
    processStartTicks: '1',
    ...given,
  };
}

/** Lifelines of invocations in any order. */
export function livesOf(invocations: readonly Invocation[], ends: readonly SandboxEnd[] = []): Lifeline[] {
  return lifelines(
    [...invocations].sort((a, b) => a.startMs - b.startMs),
    endsBySandbox(ends),
  );
}
