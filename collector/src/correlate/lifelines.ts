/** One invocation, as the correlators look at it. Times are ms since the epoch by the function's own clock. */
export interface Invocation {
  readonly function: string;
  readonly sandboxId: string;
  readonly version: string;
  readonly startMs: number;
  readonly endMs: number;
  /** 1 is the first of its process; absent when the span did not say. */
  readonly ordinal: number | undefined;
  /** Tells the processes of a sandbox apart; absent when it could not be read. */
  readonly processStartTicks: string | undefined;
  readonly cold: boolean | undefined;
  /** Process start to the end of initialisation. */
  readonly initDurationMs: number | undefined;
  /** How long the process was busy with its previous export after answering. */
  readonly exportMs: number | undefined;
  /** In flight in the process at the start, this one included. */
  readonly concurrent: number | undefined;
}

/** A sandbox said that it was told to stop. */
export interface SandboxEnd {
  readonly function: string;
  readonly sandboxId: string;
  readonly timeMs: number;
  readonly reason: string;
  readonly lastOrdinal: number | undefined;
  readonly processStartTicks: string | undefined;
}

/** One sandbox of one function through the window. */
export interface Lifeline {
  readonly key: string;
  readonly function: string;
  readonly sandboxId: string;
  /** Invocations received. */
  readonly count: number;
  /** All of them ascending by start; where the function has too many to look at each, the newest or none. */
  readonly invocations: readonly Invocation[];
  /** Most invocations in flight at a start, as the sandbox itself told. */
  readonly mostConcurrent: number;
  readonly firstStartMs: number;
  /** The latest end of an invocation. */
  readonly lastEndMs: number;
  readonly version: string;
  /** Gaps between invocations in which nothing ran, each ended by a reuse, ms, with the moments. */
  readonly gaps: readonly Gap[];
  /** Invocations that must have happened but were not seen: gaps in the ordinals of each process. */
  readonly lost: number;
  /** Processes after the first. */
  readonly restarts: number;
  /** The goodbye of the last process, when it came and nothing ran after it. */
  readonly end: SandboxEnd | undefined;
}

export interface Gap {
  readonly fromMs: number;
  readonly toMs: number;
  /** The invocation that ended it. */
  readonly next: Invocation;
}

/** Names a sandbox within its function. */
export function lifelineKey(of: { readonly function: string; readonly sandboxId: string }): string {
  return `${of.function}\0${of.sandboxId}`;
}

/** Groups invocations, given ascending by start, into one lifeline a sandbox, in order of first appearance. */
export function lifelines(invocations: readonly Invocation[], ends: readonly SandboxEnd[]): Lifeline[] {
  const endsOf = groupBy(ends, lifelineKey);
  return [...groupBy(invocations, lifelineKey)].map(([key, own]) =>
    lifeline(key, own, endsOf.get(key) ?? []),
  );
}

function lifeline(key: string, invocations: readonly Invocation[], ends: readonly SandboxEnd[]): Lifeline {
  const first = invocations[0] as Invocation;
  const last = invocations.at(-1) as Invocation;
  const gaps: Gap[] = [];
  let lastEndMs = first.endMs;
  for (const next of invocations) {
    if (next.startMs > lastEndMs) gaps.push({ fromMs: lastEndMs, toMs: next.startMs, next });
    lastEndMs = Math.max(lastEndMs, next.endMs);
  }
  const processes = groupBy(invocations, (invocation) => invocation.processStartTicks ?? '');
  let lost = 0;
  for (const [ticks, own] of processes) {
    const told = ends.filter((end) => (end.processStartTicks ?? '') === ticks);
    lost += lostOrdinals(own, told);
  }
  return {
    key,
    function: first.function,
    sandboxId: first.sandboxId,
    count: invocations.length,
    invocations,
    mostConcurrent: invocations.reduce((most, { concurrent }) => Math.max(most, concurrent ?? 1), 1),
    firstStartMs: first.startMs,
    lastEndMs,
    version: last.version,
    gaps,
    lost,
    restarts: processes.size - 1,
    end: ends.find((end) => endsWith(end, last.processStartTicks, lastEndMs)),
  };
}

/** A goodbye ends the sandbox only if it is the last process's; without process facts, only if nothing came after. */
export function endsWith(end: SandboxEnd, lastTicks: string | undefined, lastEndMs: number): boolean {
  if (end.processStartTicks !== undefined && lastTicks !== undefined) {
    return end.processStartTicks === lastTicks;
  }
  return end.timeMs >= lastEndMs;
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

/** Ordinals missing between the lowest seen and the highest seen or told of by a goodbye. */
export function lostBetween(min: number, max: number, seen: number, ends: readonly SandboxEnd[]): number {
  let last = max;
  for (const { lastOrdinal } of ends) if (lastOrdinal !== undefined) last = Math.max(last, lastOrdinal);
  return last - min + 1 - seen;
}

/** Groups in order of first appearance. */
export function groupBy<Item>(items: readonly Item[], key: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const name = key(item);
    const group = groups.get(name);
    if (group) group.push(item);
    else groups.set(name, [item]);
  }
  return groups;
}
