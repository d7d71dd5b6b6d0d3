import { countAtMost, countBelow } from '../../statistics/index.ts';
import { Existing, seenMs } from './existing.ts';
import { IdleHazard } from './idle-hazard.ts';
import { toldCause } from './idle-times.ts';
import { ARRIVAL } from './sandbox.ts';
import type { Sandbox, Timeline } from './sandbox.ts';
import { MOST } from './simultaneous-stop.ts';
import type { ReuseSpells } from './spells.ts';

/** Goodbyes of one rolling stop are at most this far apart, and it takes no longer than the second time, ms. */
const APART_MS = 120_000;
const LONGEST_MS = 3_600_000;
/** Fewer goodbyes may be coincidence, even if idleness explains none of them. */
const LEAST = 3;
/** A goodbye that idleness explains with this probability says nothing about a stop. */
const EXPLAINED = 0.5;
/** Probability of a stop that was none: of any in the evidence; and of one that comes with a new version. */
const WRONG = 0.01;
/** A platform that scales to zero stops all sandboxes, too, but later than this after the last call, ms. */
const JUST_USED_MS = 30_000;
/** A platform whose sandboxes survived as many silences does not scale to zero after one that is no longer. */
const LEAST_SILENCES = 20;
/** A version that began this long before the first goodbye may have caused the stop, ms. */
const VERSION_MS = 600_000;

/** A run of goodbyes that ends nearly all sandboxes that existed at its start. */
interface Roll {
  readonly fromMs: number;
  readonly toMs: number;
  readonly members: readonly number[];
  /** Sandboxes that existed at its start, of the versions that it ends. */
  readonly old: readonly number[];
  /** It began when a new version did. */
  readonly isUpdate: boolean;
}

/**
 * Marks the goodbyes of sandboxes that were stopped one after another, as a rolling deploy does, while calls went on:
 * nearly all that existed end in one run, although sandboxes were hardly ever seen to end after such short idle times.
 * The number of those that end is compared with the number that idleness would have ended in that time, by the
 * goodbyes of all other times (a Chernoff bound of the tail). Sandboxes that happen to end together after they idled
 * for as long as sandboxes are kept are no evidence of a stop.
 */
export function markRollingStops(
  timeline: Timeline,
  reused: ReuseSpells,
  regimeOf: Uint16Array,
): readonly Sandbox[] {
  const { sandboxes } = timeline;
  const told = [...sandboxes.keys()].filter((index) => {
    const { goodbye } = sandboxes[index]!;
    if (!goodbye || goodbye.timeMs > timeline.untilMs) return false;
    return goodbye.isPartOfStop === true || toldCause(goodbye, Infinity) === 'idle';
  });
  if (told.length < LEAST) return sandboxes;
  const timeOf = (index: number): number => sandboxes[index]!.goodbye!.timeMs;
  told.sort((a, b) => timeOf(a) - timeOf(b) || a - b);
  const survived = Float64Array.from(reused.toMs, (toMs, spell) => toMs - reused.fromMs[spell]!).sort();
  // A part of a rolling stop may have been recognised as a stop of its own.
  const stopped = new Set(told.filter((index) => sandboxes[index]!.goodbye!.isPartOfStop === true));
  const silences = survivedSilences(timeline);
  const versionStarts = startsOfVersions(timeline, regimeOf);
  for (let before = -1; before < stopped.size;) {
    before = stopped.size;
    const hazard = new IdleHazard(
      survived,
      Float64Array.from(
        told.filter((index) => !stopped.has(index)),
        (index) => timeOf(index) - sandboxes[index]!.lastEndMs,
      ).sort(),
    );
    const hazardUpTo = hazard.without(new Float64Array(0));
    const evidence = { hazardUpTo, versionStarts, regimeOf, existing: new Existing(sandboxes) };
    const chanceOf = (roll: Roll): number =>
      logChance(
        roll,
        timeline,
        reused,
        hazard,
        roll.members.filter((index) => !stopped.has(index)),
      );
    const worst = (roll: Roll): number => Math.log(WRONG / (roll.isUpdate ? 1 : told.length));
    for (let anchor = 0; anchor + LEAST <= told.length; anchor += 1) {
      if (stopped.has(told[anchor]!)) continue;
      const first = rollFrom(told, anchor, sandboxes, evidence);
      if (!first || !isInUse(first, timeline, silences)) continue;
      if (chanceOf(first) > worst(first)) continue;
      // An end by idleness shortly before the stop is not part of it.
      let best = { roll: first, chance: Infinity };
      for (; anchor + LEAST <= told.length && timeOf(told[anchor]!) <= first.toMs; anchor += 1) {
        const roll = rollFrom(told, anchor, sandboxes, evidence);
        const chance = roll ? chanceOf(roll) : Infinity;
        if (roll && chance < best.chance) best = { roll, chance };
      }
      for (const index of best.roll.members)
        if (!isExplained(hazardUpTo(timeOf(index) - sandboxes[index]!.lastEndMs))) stopped.add(index);
      while (anchor < told.length && timeOf(told[anchor]!) <= best.roll.toMs) anchor += 1;
      anchor -= 1;
    }
  }
  return sandboxes.map((sandbox, index) =>
    stopped.has(index)
      ? Object.assign({}, sandbox, { goodbye: { ...sandbox.goodbye!, isPartOfStop: true } })
      : sandbox,
  );
}

/** The first call of each version, in their order. */
function startsOfVersions({ sandboxes }: Timeline, regimeOf: Uint16Array): number[] {
  const starts: number[] = [];
  for (const [index, { firstStartMs }] of sandboxes.entries()) {
    const own = regimeOf[index]!;
    starts[own] = Math.min(starts[own] ?? Infinity, firstStartMs);
  }
  return starts;
}

interface Known {
  readonly hazardUpTo: (idleMs: number) => number;
  readonly versionStarts: readonly number[];
  readonly regimeOf: Uint16Array;
  readonly existing: Existing;
}

/** The shortest run from a goodbye on that ends nearly all, and what continues it. */
function rollFrom(
  told: readonly number[],
  anchor: number,
  sandboxes: readonly Sandbox[],
  { hazardUpTo, versionStarts, regimeOf, existing }: Known,
): Roll | undefined {
  const timeOf = (index: number): number => sandboxes[index]!.goodbye!.timeMs;
  const first = sandboxes[told[anchor]!]!;
  const fromMs = timeOf(told[anchor]!);
  if (isExplained(hazardUpTo(fromMs - first.lastEndMs))) return undefined;
  const chain: number[] = [];
  let lastMs = fromMs;
  for (let at = anchor; at < told.length; at += 1) {
    const atMs = timeOf(told[at]!);
    if (atMs > lastMs + APART_MS || atMs > fromMs + LONGEST_MS) break;
    if (sandboxes[told[at]!]!.firstStartMs >= fromMs) continue;
    chain.push(told[at]!);
    lastMs = atMs;
  }
  if (chain.length < LEAST) return undefined;
  const own = regimeOf[told[anchor]!]!;
  const isUpdate = versionStarts.some(
    (startMs, regime) => regime > own && startMs >= fromMs - VERSION_MS && startMs <= lastMs,
  );
  const isEnded = (index: number): boolean => !isUpdate || regimeOf[index]! <= own;
  const members = chain.filter(isEnded);
  if (members.length < LEAST) return undefined;
  const old = existing.at(fromMs).filter(isEnded);
  const survivors = old.filter((index) => seenMs(sandboxes[index]!) > lastMs).length;
  if (members.length < MOST * (members.length + survivors)) return undefined;
  return { fromMs, toMs: lastMs, members, old, isUpdate };
}

/** Whether calls went on; otherwise, whether the platform is known not to stop all sandboxes after such a silence. */
function isInUse({ fromMs, toMs }: Roll, { startMs, endMs }: Timeline, survivedMs: Float64Array): boolean {
  const before = countBelow(startMs, fromMs);
  if (countAtMost(startMs, toMs) > countBelow(startMs, fromMs - JUST_USED_MS)) return true;
  const silentMs = fromMs - endMs[before - 1]!;
  return survivedMs.length - countBelow(survivedMs, silentMs) >= LEAST_SILENCES;
}

/** Silences of the whole deployment that its sandboxes survived, ms, ascending. */
function survivedSilences({ startMs, endMs, arrival }: Timeline): Float64Array {
  const silences: number[] = [];
  let endedMs = Infinity;
  for (let call = 0; call < startMs.length; call += 1) {
    const silentMs = startMs[call]! - endedMs;
    if (silentMs > JUST_USED_MS && arrival[call] === ARRIVAL.WARM) silences.push(silentMs);
    endedMs = Math.max(call === 0 ? -Infinity : endedMs, endMs[call]!);
  }
  return Float64Array.from(silences).sort();
}

const isExplained = (hazard: number): boolean => -Math.expm1(-hazard) >= EXPLAINED;

/**
 * Logarithm of an upper bound of the probability that idleness ended as many in this time; 0 if that is likely. The
 * first one is left out: it was chosen for having ended.
 *
 * @param counted its members that count in the hazard
 */
function logChance(
  { fromMs, toMs, members, old }: Roll,
  { sandboxes }: Timeline,
  { fromMs: idleFromMs, toMs: idleToMs, sandbox }: ReuseSpells,
  hazard: IdleHazard,
  counted: readonly number[],
): number {
  const own = Float64Array.from(
    counted,
    (index) => sandboxes[index]!.goodbye!.timeMs - sandboxes[index]!.lastEndMs,
  );
  const hazardUpTo = hazard.without(own.sort());
  const between = (idleMs: number, alreadyMs: number): number => {
    const whole = hazardUpTo(idleMs);
    return whole === Infinity || alreadyMs <= 0 ? whole : whole - hazardUpTo(alreadyMs);
  };
  // A sandbox that was never idle may still have ended by chance.
  const least = 1 / (idleToMs.length + 1);
  const exposed = new Map<number, number>();
  for (const index of old) {
    const { lastEndMs } = sandboxes[index]!;
    const untilMs = Math.min(toMs, seenMs(sandboxes[index]!));
    const idle = lastEndMs < untilMs ? between(untilMs - lastEndMs, fromMs - lastEndMs) : 0;
    exposed.set(index, least + idle);
  }
  const last = countAtMost(idleToMs, toMs);
  for (let spell = countBelow(idleToMs, fromMs); spell < last; spell += 1) {
    const before = exposed.get(sandbox[spell]!);
    if (before === undefined) continue;
    const startMs = idleFromMs[spell]!;
    exposed.set(sandbox[spell]!, before + between(idleToMs[spell]! - startMs, fromMs - startMs));
  }
  exposed.delete(members[0]!);
  const ends = new Set(members);
  let ended = 0;
  let expected = 0;
  for (const [index, sum] of exposed) {
    if (isExplained(sum)) continue;
    if (ends.has(index)) ended += 1;
    expected += -Math.expm1(-sum);
  }
  return ended <= expected ? 0 : ended - expected - ended * Math.log(ended / expected);
}
