import { countAtMost, countBelowFrom } from '../../statistics/index.ts';
import { toldCause } from './idle-times.ts';
import { coldSettleMsOf } from './moments.ts';
import { recyclingOf } from './recycling.ts';
import type { Recycling, UnexplainedLoss } from './recycling.ts';
import { standstillOf } from './regimes.ts';
import type { Regime } from './regimes.ts';
import type { Sandbox, Timeline } from './sandbox.ts';
import type { ReuseSpells } from './spells.ts';

/**
 * Why a sandbox had to be started. A cold start replaces the sandbox that would have taken its call if nothing had been
 * removed: among lost sandboxes without a replacement, the one used last.
 */
export const COLD_CAUSES = [
  /** No sandbox existed before. */
  'first',
  /** The sandbox that would have taken it had a version that no longer receives calls. */
  'deploy',
  /** It was evicted after long idleness. */
  'idle',
  /** It was evicted without long idleness, because of its age. */
  'age',
  /** Every existing sandbox held a call or had been replaced: never before were so many needed at once. */
  'scale-out',
  /** It died with its last call, which timed out. */
  'time-out',
  /** It died with its last call, which crashed or failed in a way that it does not tell. */
  'crash',
  /** It was idle, and the platform started another one nevertheless. */
  'not-reused',
  /** None of these is certain enough. */
  'unknown',
] as const;
export type ColdCause = (typeof COLD_CAUSES)[number];

/** One start of a sandbox for a call. */
export interface Birth {
  /** Index of the sandbox. */
  readonly key: string;
  readonly version: string;
  /** Time of the decision, ms since the epoch. */
  readonly atMs: number;
  /** Calls in flight in the deployment at the decision. */
  readonly busy: number;
  /** Probability of each cause, in the order of {@link COLD_CAUSES}; they sum to 1. */
  readonly causes: readonly number[];
  /** The cause that is likely enough, else `unknown`. */
  readonly cause: ColdCause;
  /** How long the replaced sandbox had been idle; absent if it replaced none. */
  readonly idleMs?: number;
}

export interface BirthsInput {
  readonly timeline: Timeline;
  readonly reused: ReuseSpells;
  readonly regimes: readonly Regime[];
  readonly regimeOf: Uint16Array;
  /**
   * Share of idle sandboxes kept beyond an idle time, ms, for idle periods that began at a moment, ms since the epoch.
   */
  readonly survival: (idleMs: number, fromMs: number) => number;
  /** How often the platform starts cold although a sandbox is idle. */
  readonly slipRate: number;
  readonly lostShare: number;
  /** Probability that a sandbox died with its last call, by its index. */
  readonly goneAtOnce: (sandbox: number) => number;
}

/** A cause is named from this probability on. */
const LEAST_PROBABILITY = 0.8;
/** Inside a burst, the timestamps of warm calls are mixed with those of cold ones, within this time, ms. */
const GUARD_MS = 200;
/** Causes outside this model, such as lost spans. */
const UNFORESEEN = 2e-3;
/** An idle time that this share of sandboxes survives explains no loss. */
const SURELY_KEPT = 0.98;

/** A lost sandbox and the start that replaced it. */
interface Match {
  readonly birth: number;
  readonly lost: number;
  readonly idleMs: number;
}

/** The cause of each observed start, in order of time; and whether sandboxes have an age limit. */
export function birthsOf(input: BirthsInput): { births: Birth[]; recycling: Recycling | undefined } {
  const { timeline, regimeOf } = input;
  const born = [...timeline.sandboxes.keys()]
    .filter((index) => timeline.sandboxes[index]!.isBorn)
    .sort((a, b) => timeline.sandboxes[a]!.firstMs - timeline.sandboxes[b]!.firstMs || a - b);
  const atMs = Float64Array.from(born, (index) => timeline.sandboxes[index]!.firstMs);
  const hadIdle = idleAtBirth(input, born, atMs);
  const matches = matchLosses(input, born, atMs, hadIdle);
  const recycling = recyclingOf(
    unexplained(input, born, matches),
    timeline.sandboxes.map(({ firstStartMs, lastEndMs }) => lastEndMs - firstStartMs),
  );
  const matchOf = new Map(matches.map((match) => [match.birth, match]));
  const firstSeenMs = timeline.startMs[0]!;
  const busyAt = busyCalls(timeline, born, atMs);
  // A version whose first start was not seen has begun, too.
  const begunRegimes = new Set(
    timeline.sandboxes.flatMap(({ isBorn }, index) => (isBorn ? [] : [regimeOf[index]!])),
  );
  const births = born.map((index, birth) => {
    const { key, version, firstMs } = timeline.sandboxes[index]!;
    const match = matchOf.get(birth);
    const weights = new Map<ColdCause, number>();
    if (hadIdle[birth] === 1) weights.set('not-reused', 1);
    else if (match) weigh(weights, match, input, regimeOf[index]!, recycling, firstMs);
    else if (birth === 0 && firstMs <= firstSeenMs) weights.set('first', 1);
    // Sandboxes of other versions, idle or not, cannot take the first call of a version.
    else weights.set(begunRegimes.has(regimeOf[index]!) ? 'scale-out' : 'deploy', 1);
    begunRegimes.add(regimeOf[index]!);
    return birthOf({ key, version, atMs: firstMs, busy: busyAt(birth) }, weights, match?.idleMs);
  });
  return { births, recycling };
}

/** Calls in flight at each start, including those waiting for their sandbox, excluding its own. */
function busyCalls(
  { startMs, endMs, sandboxes }: Timeline,
  born: readonly number[],
  atMs: Float64Array,
): (birth: number) => number {
  // Sorting the ends of all calls would cost more than everything else about starts.
  const ended = new Uint32Array(atMs.length + 1);
  let started = 0;
  for (let call = 0; call < startMs.length; call += 1) {
    while (started < atMs.length && atMs[started]! < startMs[call]!) started += 1;
    // Most calls end before another sandbox starts.
    ended[countBelowFrom(atMs, endMs[call]!, started)]! += 1;
  }
  for (let birth = 0; birth < atMs.length; birth += 1) ended[birth + 1]! += ended[birth]!;
  const begun = Float64Array.from(born, (index) => sandboxes[index]!.firstStartMs).sort();
  return (birth) => {
    const at = atMs[birth]!;
    const waiting = countAtMost(atMs, at) - countAtMost(begun, at) - 1;
    return Math.max(0, countAtMost(startMs, at) - ended[birth]! + Math.max(0, waiting));
  };
}

function birthOf(
  start: Pick<Birth, 'key' | 'version' | 'atMs' | 'busy'>,
  weights: ReadonlyMap<ColdCause, number>,
  idleMs: number | undefined,
): Birth {
  const sum = [...weights.values()].reduce((all, weight) => all + weight, 0);
  const causes = COLD_CAUSES.map((cause) => (weights.get(cause) ?? 0) / sum);
  const best = causes.indexOf(Math.max(...causes));
  const cause = causes[best]! >= LEAST_PROBABILITY ? COLD_CAUSES[best]! : 'unknown';
  return { ...start, causes, cause, ...(idleMs !== undefined && { idleMs }) };
}

/** 1: a sandbox of the same version was idle when another one started, as its next call shows. */
function idleAtBirth(
  { timeline, reused, regimeOf }: BirthsInput,
  born: readonly number[],
  atMs: Float64Array,
): Uint8Array {
  const settleMs = coldSettleMsOf(timeline);
  const had = new Uint8Array(born.length);
  let behind = 0;
  // Spells are ordered by their end, so the set of starts before it only grows.
  for (let spell = 0; spell < reused.toMs.length; spell += 1) {
    const from = reused.fromMs[spell]! + settleMs;
    const until = reused.toMs[spell]! - GUARD_MS;
    if (until <= from) continue;
    while (behind < atMs.length && atMs[behind]! < until) behind += 1;
    if (behind === 0 || atMs[behind - 1]! < from || timeline.lostBefore[reused.call[spell]!]! > 0) continue;
    // If its clock was set, its idle period is not known precisely enough.
    if (timeline.sandboxes[reused.sandbox[spell]!]!.clockSteps > 0) continue;
    const regime = regimeOf[reused.sandbox[spell]!];
    for (let birth = behind - 1; birth >= 0 && atMs[birth]! >= from; birth -= 1) {
      if (regimeOf[born[birth]!] === regime) had[birth] = 1;
    }
  }
  return had;
}

/** The one used last among sandboxes lost and not replaced by a start; of other versions only those that take no calls. */
function matchLosses(
  { timeline, regimes, regimeOf, goneAtOnce }: BirthsInput,
  born: readonly number[],
  atMs: Float64Array,
  hadIdle: Uint8Array,
): Match[] {
  const settleMs = coldSettleMsOf(timeline);
  const standsStill = standstillOf(timeline, regimeOf, regimes.length);
  const byEnd = [...timeline.sandboxes.keys()].sort(
    (a, b) => timeline.sandboxes[a]!.lastEndMs - timeline.sandboxes[b]!.lastEndMs || a - b,
  );
  /** Per regime, by last use. */
  const lost = regimes.map((): number[] => []);
  const matches: Match[] = [];
  let ended = 0;
  for (let birth = 0; birth < born.length; birth += 1) {
    const at = atMs[birth]!;
    const freeAt = (index: number): number => {
      const { lastEndMs, goodbye } = timeline.sandboxes[index]!;
      // A sandbox that died with its call, or sent a goodbye, is known to be gone.
      return isBroken(timeline.sandboxes[index]!, goneAtOnce(index)) || (goodbye && goodbye.timeMs <= at)
        ? lastEndMs
        : lastEndMs + settleMs;
    };
    for (; ended < byEnd.length && freeAt(byEnd[ended]!) <= at; ended += 1) {
      lost[regimeOf[byEnd[ended]!]!]!.push(byEnd[ended]!);
    }
    if (hadIdle[birth] === 1) continue;
    const own = regimeOf[born[birth]!]!;
    let from = -1;
    for (let regime = 0; regime < regimes.length; regime += 1) {
      const last = lost[regime]!.at(-1);
      if (last === undefined) continue;
      const latest = from < 0 ? -Infinity : timeline.sandboxes[lost[from]!.at(-1)!]!.lastEndMs;
      if (timeline.sandboxes[last]!.lastEndMs < latest) continue;
      const isSuperseded = regime < own && regimes[regime]!.supersededMs < Infinity;
      if (regime === own || isSuperseded || standsStill(regime, at)) from = regime;
    }
    if (from < 0) continue;
    const taken = lost[from]!.pop()!;
    matches.push({ birth, lost: taken, idleMs: at - timeline.sandboxes[taken]!.lastEndMs });
  }
  return matches;
}

/** Whether it surely or probably died with its last call. */
function isBroken({ lastOutcome }: Sandbox, atOnce: number): boolean {
  return lastOutcome !== undefined && (lastOutcome.isTold || atOnce > 0.5);
}

/** Sandboxes lost without a goodbye, an outcome or a deploy, and so soon that idleness does not explain it. */
function unexplained(
  { timeline, regimeOf, survival, goneAtOnce }: BirthsInput,
  born: readonly number[],
  matches: readonly Match[],
): UnexplainedLoss[] {
  return matches.flatMap(({ birth, lost, idleMs }) => {
    const { isBorn, firstStartMs, lastEndMs, goodbye } = timeline.sandboxes[lost]!;
    if (!isBorn || goodbye || isBroken(timeline.sandboxes[lost]!, goneAtOnce(lost))) return [];
    if (regimeOf[lost] !== regimeOf[born[birth]!]) return [];
    if (survival(idleMs, lastEndMs) < SURELY_KEPT) return [];
    return [{ ageMs: timeline.sandboxes[born[birth]!]!.firstMs - firstStartMs }];
  });
}

function weigh(
  weights: Map<ColdCause, number>,
  { lost, idleMs }: Match,
  { timeline, regimes, regimeOf, survival, slipRate, lostShare, goneAtOnce }: BirthsInput,
  regime: number,
  recycling: Recycling | undefined,
  atMs: number,
): void {
  const { goodbye, lastOutcome, lastEndMs, firstStartMs, isBorn } = timeline.sandboxes[lost]!;
  const kept = survival(idleMs, lastEndMs);
  const add = (cause: ColdCause, weight: number): void => {
    weights.set(cause, (weights.get(cause) ?? 0) + weight);
  };
  /** Probability that it dies of age during this idle time. */
  const aged = (forMs: number): number =>
    isBorn && recycling && atMs - firstStartMs >= recycling.fromAgeMs
      ? -Math.expm1(-recycling.rate * Math.max(0, forMs))
      : 0;
  add('idle', 1 - kept);
  add('unknown', UNFORESEEN * kept);
  const { supersededMs } = regimes[regimeOf[lost]!]!;
  if (goodbye && goodbye.timeMs <= atMs) {
    const told = toldCause(goodbye, supersededMs);
    const toldMs = goodbye.timeMs - lastEndMs;
    weights.clear();
    if (told === 'idle') {
      // It was evicted; because of idleness or age, depending on how long it had been idle.
      const age = survival(toldMs, lastEndMs) * aged(toldMs);
      add('idle', 1 - age);
      add('age', age);
      return;
    }
    // Probability that a sandbox which existed until then would still exist.
    const still = Math.min(1, kept / Math.max(1e-9, survival(toldMs, lastEndMs)));
    add(told, still);
    add('idle', 1 - still);
    return;
  }
  if (regimeOf[lost] !== regime) {
    add('deploy', kept);
    return;
  }
  const atOnce = lastOutcome === undefined ? 0 : goneAtOnce(lost);
  if (lastOutcome !== undefined) {
    add('time-out', atOnce * kept * lastOutcome.timedOut);
    add('crash', atOnce * kept * (1 - lastOutcome.timedOut));
  }
  const rest = (1 - atOnce) * kept;
  const age = aged(idleMs);
  add('age', rest * age);
  add('not-reused', rest * (1 - age) * slipRate);
  add('unknown', rest * (1 - age) * lostShare);
}
