import { groupBy } from '../lists/index.ts';

export { groupBy };

/** One invocation, as the correlators see it. Times are ms since the epoch by the function's own clock. */
export interface Invocation {
  readonly function: string;
  /** The name of the sandbox: the platform's name of it, else its id; empty where neither is known. */
  readonly environment: string;
  readonly sandboxId: string;
  readonly version: string;
  readonly startUnixNano: string;
  /** Whole microseconds of the start. */
  readonly startMs: number;
  readonly endMs: number;
  readonly durationMs: number;
  readonly hasFailed: boolean;
  /** 1 is the first of its process; absent when the span has none. */
  readonly ordinal: number | undefined;
  /** Distinguishes the processes of a sandbox; absent when it could not be read. */
  readonly processStartTicks: string | undefined;
  /** As reported, else by the ordinal. */
  readonly cold: boolean | undefined;
  /** From process start to the end of initialisation. */
  readonly initDurationMs: number | undefined;
  /** How long the previous export kept the process busy after it had answered. */
  readonly exportMs: number | undefined;
  /** In flight in the process at the start, including this one. */
  readonly concurrent: number | undefined;
}

/** A sandbox reported that it was asked to stop. */
export interface SandboxEnd {
  readonly function: string;
  readonly sandboxId: string;
  /** The platform's own name of it; empty where unknown. */
  readonly instance: string;
  readonly timeMs: number;
  readonly reason: string;
  readonly lastOrdinal: number | undefined;
  readonly processStartTicks: string | undefined;
}

/** One sandbox of one function through the window. */
export interface Lifeline {
  readonly key: string;
  readonly function: string;
  readonly environment: string;
  /** Its number among clones that only their ordinals tell apart; absent for all other sandboxes. */
  readonly clone?: number;
  /** The last id it reported; for a clone with its environment or number, since others share the id. */
  readonly sandboxId: string;
  /** Invocations received. */
  readonly count: number;
  /** Most invocations in flight at a start, as reported by the sandbox. */
  readonly mostConcurrent: number;
  readonly firstStartMs: number;
  /** The latest end of an invocation. */
  readonly lastEndMs: number;
  readonly version: string;
  /** Invocations that must have happened but were not seen: gaps in the ordinals of each process. */
  readonly lost: number;
  /** Processes after the first one. */
  readonly restarts: number;
}

/** Identifies a sandbox within its function. */
export function lifelineKey(of: { readonly function: string; readonly environment: string }): string {
  return `${of.function}\0${of.environment}`;
}

/** Goodbyes by sandbox id: a goodbye ends the sandbox for all functions that ran in it. */
export type EndsBySandbox = ReadonlyMap<string, readonly SandboxEnd[]>;

export function endsBySandbox(ends: Iterable<SandboxEnd>): EndsBySandbox {
  return groupBy(ends, (end) => end.sandboxId);
}

/** The goodbyes of a sandbox; for clones, which share one id, only those from this environment. */
export function endsOfSandbox(
  endsOf: EndsBySandbox,
  { sandboxId, environment }: Pick<Lifeline, 'sandboxId' | 'environment'>,
): readonly SandboxEnd[] {
  const said = endsOf.get(sandboxId) ?? [];
  // Spans that do not name their environment belong to the sandbox, whatever the goodbye names.
  const isNamed = environment !== sandboxId;
  return said.filter(({ instance }) => !isNamed || instance === '' || instance === environment);
}

/**
 * Groups invocations, given in ascending order of start, into one lifeline per sandbox, in order of first appearance.
 * Invocations without a sandbox are left out.
 */
export function lifelines(invocations: readonly Invocation[], endsOf: EndsBySandbox): Lifeline[] {
  const named = invocations.filter(({ environment }) => environment !== '');
  return [...groupBy(named, lifelineKey)].map(([key, own]) => lifeline(key, own, endsOf));
}

function lifeline(key: string, invocations: readonly Invocation[], endsOf: EndsBySandbox): Lifeline {
  const first = invocations[0] as Invocation;
  const last = invocations.at(-1) as Invocation;
  const lastEndMs = invocations.reduce((latest, { endMs }) => Math.max(latest, endMs), first.endMs);
  const ticksOf = (of: { readonly processStartTicks: string | undefined }): string =>
    of.processStartTicks ?? '';
  const processes = groupBy(invocations, (one) => `${one.sandboxId} ${ticksOf(one)}`);
  let lost = 0;
  for (const own of processes.values()) {
    const [one] = own as [Invocation];
    const told = endsOfSandbox(endsOf, one).filter((end) => ticksOf(end) === ticksOf(one));
    lost += lostOrdinals(own, told);
  }
  return {
    key,
    function: first.function,
    environment: first.environment,
    sandboxId: last.sandboxId,
    count: invocations.length,
    mostConcurrent: invocations.reduce((most, { concurrent }) => Math.max(most, concurrent ?? 1), 1),
    firstStartMs: first.startMs,
    lastEndMs,
    version: last.version,
    lost,
    restarts: processes.size - 1,
  };
}

function lostOrdinals(invocations: readonly Invocation[], ends: readonly SandboxEnd[]): number {
  const seen = new Set<number>();
  for (const { ordinal } of invocations) if (ordinal !== undefined) seen.add(ordinal);
  if (seen.size === 0) return 0;
  let min = Infinity;
  let max = -Infinity;
  for (const ordinal of seen) {
    min = Math.min(min, ordinal);
    max = Math.max(max, ordinal);
  }
  return lostBetween(min, max, seen.size, ends);
}

/** Missing ordinals between the lowest seen and the highest seen or reported in a goodbye. */
export function lostBetween(min: number, max: number, seen: number, ends: readonly SandboxEnd[]): number {
  let last = max;
  for (const { lastOrdinal } of ends) if (lastOrdinal !== undefined) last = Math.max(last, lastOrdinal);
  return last - min + 1 - seen;
}
