import { countAtMost } from '../../statistics/index.ts';
import { toldCause } from './idle-times.ts';
import { coldSettleMsOf } from './moments.ts';
import { recyclingOf } from './recycling.ts';
import type { Recycling, UnexplainedLoss } from './recycling.ts';
import type { Regime } from './regimes.ts';
import type { Timeline } from './sandbox.ts';
import type { ReuseSpells } from './spells.ts';

/**
 * Why a sandbox had to be started. A cold start takes the place of the sandbox that would have taken its call, had
 * nothing been taken away: of those that were lost and not replaced since, the one used last.
 */
export const COLD_CAUSES = [
  /** None was ever there before. */
  'first',
  /** The one that would have taken it was of a version that takes no calls any more. */
  'deploy',
  /** It was let go because it had idled for long. */
  'idle',
  /** It was let go although it had not, since it was old. */
  'age',
  /** All that were ever there held calls, or had been replaced: never before were so many needed at once. */
  'scale-out',
  /** It went with its last call, which timed out. */
  'time-out',
  /** It went with its last call, which crashed. */
  'crash',
  /** It idled, and the platform started another one all the same. */
  'not-reused',
  /** None of these is sure. */
  'unknown',
] as const;
export type ColdCause = (typeof COLD_CAUSES)[number];

/** One start of a sandbox for a call. */
export interface Birth {
  /** Of the sandbox. */
  readonly key: string;
  readonly version: string;
  /** When it was decided, ms since the epoch. */
  readonly atMs: number;
  /** Calls that the deployment held when it was decided. */
  readonly busy: number;
  /** Probability of each cause, in the order of {@link COLD_CAUSES}; they sum to 1. */
  readonly causes: readonly number[];
  /** The one that is likely enough, else `unknown`. */
  readonly cause: ColdCause;
  /** How long the sandbox had idled whose place it took; absent where it took none's. */
  readonly idleMs?: number;
}

export interface BirthsInput {
  readonly timeline: Timeline;
  readonly reused: ReuseSpells;
  readonly regimes: readonly Regime[];
  readonly regimeOf: Uint16Array;
  /** Share of idle sandboxes kept beyond an idle time, ms, that began at a moment, ms since the epoch. */
  readonly survival: (idleMs: number, fromMs: number) => number;
  /** How often the platform starts cold although a sandbox idles. */
  readonly slipRate: number;
  readonly lostShare: number;
  /** Probability that a sandbox went with its last call, by its index. */
  readonly goneAtOnce: (sandbox: number) => number;
}

/** A cause is named from this probability on. */
const LEAST_PROBABILITY = 0.8;
/** Inside a burst the stamps of warm calls come in any order around those of cold ones, ms. */
const GUARD_MS = 200;
/** Something that nothing here is about, such as spans that were lost. */
const UNFORESEEN = 2e-3;
/** Idle times that so many outlast explain no loss. */
const SURELY_KEPT = 0.98;

/** A lost sandbox and the start that took its place. */
interface Match {
  readonly birth: number;
  readonly lost: number;
  readonly idleMs: number;
}

/** The cause of each start that was seen, in order of time; and whether sandboxes go at an age. */
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
  const births = born.map((index, birth) => {
    const { key, version, firstMs } = timeline.sandboxes[index]!;
    const match = matchOf.get(birth);
    const weights = new Map<ColdCause, number>();
    if (hadIdle[birth] === 1) weights.set('not-reused', 1);
    else if (match) weigh(weights, match, input, regimeOf[index]!, recycling, firstMs);
    else weights.set(birth === 0 && firstMs <= firstSeenMs ? 'first' : 'scale-out', 1);
    return birthOf({ key, version, atMs: firstMs, busy: busyAt(birth) }, weights, match?.idleMs);
  });
  return { births, recycling };
}

/** Calls in flight at each start, those that wait for their sandbox among them, without its own. */
function busyCalls(
  { startMs, endMs, sandboxes }: Timeline,
  born: readonly number[],
  atMs: Float64Array,
): (birth: number) => number {
  const ends = endMs.slice().sort();
  const begun = Float64Array.from(born, (index) => sandboxes[index]!.firstStartMs).sort();
  return (birth) => {
    const at = atMs[birth]!;
    const waiting = countAtMost(atMs, at) - countAtMost(begun, at) - 1;
    return Math.max(0, countAtMost(startMs, at) - countAtMost(ends, at) + Math.max(0, waiting));
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

/** 1: a sandbox of the same version idled at the start of another one, as its next call shows. */
function idleAtBirth(
  { timeline, reused, regimeOf }: BirthsInput,
  born: readonly number[],
  atMs: Float64Array,
): Uint8Array {
  const settleMs = coldSettleMsOf(timeline);
  const had = new Uint8Array(born.length);
  let behind = 0;
  // Spells come by their end, so that the starts before it only grow.
  for (let spell = 0; spell < reused.toMs.length; spell += 1) {
    const from = reused.fromMs[spell]! + settleMs;
    const until = reused.toMs[spell]! - GUARD_MS;
    if (until <= from || timeline.lostBefore[reused.call[spell]!]! > 0) continue;
    // Where its clock was set, when it idled is not known well enough.
    if (timeline.sandboxes[reused.sandbox[spell]!]!.clockSteps > 0) continue;
    const regime = regimeOf[reused.sandbox[spell]!];
    while (behind < atMs.length && atMs[behind]! < until) behind += 1;
    for (let birth = behind - 1; birth >= 0 && atMs[birth]! >= from; birth -= 1) {
      if (regimeOf[born[birth]!] === regime) had[birth] = 1;
    }
  }
  return had;
}

/** Of the sandboxes lost and not replaced by a start, the one used last; of older versions only those that are over. */
function matchLosses(
  { timeline, regimes, regimeOf }: BirthsInput,
  born: readonly number[],
  atMs: Float64Array,
  hadIdle: Uint8Array,
): Match[] {
  const settleMs = coldSettleMsOf(timeline);
  const byEnd = [...timeline.sandboxes.keys()].sort(
    (a, b) => timeline.sandboxes[a]!.lastEndMs - timeline.sandboxes[b]!.lastEndMs || a - b,
  );
  /** Of each regime, by their last use. */
  const lost = regimes.map((): number[] => []);
  const matches: Match[] = [];
  let ended = 0;
  for (let birth = 0; birth < born.length; birth += 1) {
    const at = atMs[birth]!;
    const freeAt = (index: number): number => {
      const { lastEndMs, lastOutcome, goodbye } = timeline.sandboxes[index]!;
      // What goes with its call, or said so, is not waited for.
      return lastOutcome !== undefined || (goodbye && goodbye.timeMs <= at)
        ? lastEndMs
        : lastEndMs + settleMs;
    };
    for (; ended < byEnd.length && freeAt(byEnd[ended]!) <= at; ended += 1) {
      lost[regimeOf[byEnd[ended]!]!]!.push(byEnd[ended]!);
    }
    if (hadIdle[birth] === 1) continue;
    const own = regimeOf[born[birth]!]!;
    let from = -1;
    for (let regime = 0; regime <= own; regime += 1) {
      const last = lost[regime]!.at(-1);
      if (last === undefined || (regime !== own && regimes[regime]!.supersededMs === Infinity)) continue;
      const latest = from < 0 ? -Infinity : timeline.sandboxes[lost[from]!.at(-1)!]!.lastEndMs;
      if (timeline.sandboxes[last]!.lastEndMs >= latest) from = regime;
    }
    if (from < 0) continue;
    const taken = lost[from]!.pop()!;
    matches.push({ birth, lost: taken, idleMs: at - timeline.sandboxes[taken]!.lastEndMs });
  }
  return matches;
}

/** What was lost without a word, an outcome or a deploy, and so soon that idleness does not explain it. */
function unexplained(
  { timeline, regimeOf, survival }: BirthsInput,
  born: readonly number[],
  matches: readonly Match[],
): UnexplainedLoss[] {
  return matches.flatMap(({ birth, lost, idleMs }) => {
    const { isBorn, firstStartMs, lastEndMs, goodbye, lastOutcome } = timeline.sandboxes[lost]!;
    if (!isBorn || goodbye || lastOutcome || regimeOf[lost] !== regimeOf[born[birth]!]) return [];
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
  /** Probability that it goes by its age while it idles for so long. */
  const aged = (forMs: number): number =>
    isBorn && recycling && atMs - firstStartMs >= recycling.fromAgeMs
      ? -Math.expm1(-recycling.rate * Math.max(0, forMs))
      : 0;
  add('idle', 1 - kept);
  add('unknown', UNFORESEEN * kept);
  const { supersededMs } = regimes[regimeOf[lost]!]!;
  if (goodbye && goodbye.timeMs <= atMs) {
    const told = toldCause(goodbye.reason, goodbye.timeMs, supersededMs);
    const toldMs = goodbye.timeMs - lastEndMs;
    weights.clear();
    if (told === 'idle') {
      // It was let go; of its idleness or its age, by how long it had idled then.
      const age = survival(toldMs, lastEndMs) * aged(toldMs);
      add('idle', 1 - age);
      add('age', age);
      return;
    }
    // It was there until then; would it be there still?
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
  if (lastOutcome !== undefined) add(lastOutcome, atOnce * kept);
  const rest = (1 - atOnce) * kept;
  const age = aged(idleMs);
  add('age', rest * age);
  add('not-reused', rest * (1 - age) * slipRate);
  add('unknown', rest * (1 - age) * lostShare);
}
