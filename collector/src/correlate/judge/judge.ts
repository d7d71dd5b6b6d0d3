import { ascending, wilson } from '../../statistics/index.ts';
import type { History } from '../evidence/index.ts';
import { birthsOf } from './births.ts';
import { choicesOf } from './choices.ts';
import type { Choice } from './choices.ts';
import { judgeConcurrency } from './concurrency.ts';
import { aliveOf, fatesOf } from './fates.ts';
import { fateModel } from './fate-model.ts';
import type { Belief, FateModel } from './fate-model.ts';
import { timesBetween } from './idle-times.ts';
import type { IdleTimes, TimesBetween } from './idle-times.ts';
import type { Judgement } from './judgement.ts';
import { lawAt, lawChange } from './law-changes.ts';
import type { Law } from './law-changes.ts';
import { judgeLoss } from './loss.ts';
import { lostEndMs } from './lost-ends.ts';
import { coldSettleMsOf, momentsOf, settleMsOf } from './moments.ts';
import type { Moments } from './moments.ts';
import { NumberList } from './number-list.ts';
import { judgePickOrder, pickRulesOf } from './pick-order.ts';
import type { PickOrder } from './pick-order.ts';
import { birthOrder, knownPicks } from './picks.ts';
import { regimesOf } from './regimes.ts';
import type { Timeline } from './sandbox.ts';
import { PickSigns } from './pick-signs.ts';
import type { OpenBelief, RuleWeights } from './pick-signs.ts';
import { coldSigns, MOST_COLD_SIGNS } from './signs.ts';
import type { ColdSigns, Signs } from './signs.ts';
import { spellsOf } from './spells.ts';
import type { Spells } from './spells.ts';
import { timelineOf } from './timeline.ts';

/** Extra knowledge for a judge; used to compare one without it with one that has it. */
export interface Known {
  /** Share kept beyond an idle time, ms, in a batch of this size, by the law in force from a moment on, ms. */
  readonly survival?: (idleMs: number, batch: number, lawFromMs: number) => number;
  /** When another law came into force, ms since the epoch, ascending. */
  readonly changesMs?: readonly number[];
  readonly slipRate?: number;
  readonly weights?: RuleWeights;
}

/**
 * Judges the evidence of one deployment up to a moment: for each sandbox, whether it is gone; for the platform, how it
 * keeps and picks them. Later evidence does not count. The same evidence gives the same answer, bit for bit.
 *
 * @returns undefined without any call and without any inspection of an idle sandbox
 */
export function judge(history: History, untilMs: number, known: Known = {}): Judgement | undefined {
  const timeline = timelineOf(history, untilMs);
  if (!timeline) return undefined;
  const spells = spellsOf(timeline);
  const { regimes, regimeOf } = regimesOf(timeline);
  const births = birthOrder(timeline.sandboxes);
  const parts = regimes.map((_, regime) =>
    partOf(timeline, spells, births, (sandbox) => regimeOf[sandbox] === regime),
  );
  const slips = parts.reduce((sum, { moments }) => sum + moments.slips, 0);
  const chances = parts.reduce((sum, { moments }) => sum + moments.chances, 0);
  const loss = judgeLoss(timeline.sandboxes);
  const lostShare = loss.share?.value ?? 0;
  const learnt = (slips + 0.25) / (chances + 50);
  const choices = parts.flatMap((part) => part.choices);
  const platform: Platform = {
    timeline,
    regimeOf,
    parts,
    births,
    choices,
    slipRates: parts.map(({ moments }) => slipRatesOf(moments, known.slipRate ?? learnt, lostShare)),
    lostShare,
    unchosen: Math.max(1e-5, Math.min(learnt, lostShare > 0 ? 0.002 : 1)),
    known,
  };
  const laws = lawsOf(platform, timesBetween(timeline, spells, regimes, regimeOf));
  const newest = laws.at(-1)!.model;
  const survival = (idleMs: number, fromMs: number): number => lawAt(laws, fromMs).model.survival(idleMs);
  const goneAtOnce = new Map(
    laws.flatMap(({ times, model }) =>
      times.open.map(({ sandbox }, index) => [sandbox, model.goneAtOnce[index]!] as const),
    ),
  );
  const { births: starts, recycling } = birthsOf({
    timeline,
    reused: spells.reused,
    regimes,
    regimeOf,
    survival,
    slipRate: known.slipRate ?? Math.max(learnt, lostShare),
    lostShare,
    goneAtOnce: (sandbox) => goneAtOnce.get(sandbox) ?? 0,
  });
  const lostMs = lostEndMs(timeline, lostShare);
  const fates = fatesOf(timeline, laws, { regimes, regimeOf, recycling, lostMs });
  const concurrency = judgeConcurrency(timeline);
  // Any law that evicts may have ended it.
  const least = (idleMs: number): number => Math.min(...laws.map(({ model }) => model.survival(idleMs)));
  const pickOrder = judgePickOrder(choices, least, lostShare);
  return {
    untilMs,
    uses: timeline.startMs.length,
    sandboxes: fates,
    keepAlive: newest.law.keepAlive,
    survival: {
      edgesMs: newest.edges,
      kept: newest.law.survival[0]!,
      ...(newest.law.band && { band: newest.law.band }),
      ...(laws.length > 1 && { sinceMs: laws.at(-1)!.fromMs }),
    },
    births: starts,
    pickOrder: concurrency.model === 'one-to-many' ? { ...pickOrder, order: 'unknown' } : pickOrder,
    concurrency,
    alive: aliveOf(fates, lostShare),
    slips: wilson(slips, chances),
    loss,
    implausible: timeline.implausible,
  };
}

/** Inputs for learning all laws of a deployment. */
interface Platform {
  readonly timeline: Timeline;
  /** By sandbox. */
  readonly regimeOf: Uint16Array;
  readonly parts: readonly Part[];
  readonly births: Uint32Array;
  readonly choices: readonly Choice[];
  readonly slipRates: readonly Float64Array[];
  readonly lostShare: number;
  readonly unchosen: number;
  readonly known: Known;
}

/** Most changes searched for. */
const MOST_LAWS = 4;

/**
 * One law at a time: if the platform keeps idle sandboxes differently from a moment on, data from before says nothing
 * about the time after.
 */
function lawsOf(platform: Platform, between: TimesBetween): Law[] {
  const { known } = platform;
  const changesMs: number[] = (known.changesMs ?? []).filter((atMs) => atMs < platform.timeline.untilMs);
  const lawsBetween = (): Law[] =>
    between(changesMs).map((times, index) => {
      const fromMs = changesMs[index - 1] ?? -Infinity;
      return { fromMs, times, model: modelOf(platform, times, fromMs) };
    });
  let laws = lawsBetween();
  if (known.survival) return laws;
  for (const settled = new Set<number>(); laws.length < MOST_LAWS;) {
    const next = laws.find(({ fromMs }) => !settled.has(fromMs));
    if (!next) break;
    const untilMs = laws.find(({ fromMs }) => fromMs > next.fromMs)?.fromMs ?? Infinity;
    const changeMs = lawChange(next.times, next.model, (cutsMs) => {
      const outer = [next.fromMs, untilMs].filter(Number.isFinite);
      const all = between([...new Set([...outer, ...cutsMs])].sort(ascending));
      const first = Number.isFinite(next.fromMs) ? 1 : 0;
      return all.slice(first, first + cutsMs.length + 1);
    });
    if (changeMs === undefined) {
      settled.add(next.fromMs);
      continue;
    }
    changesMs.push(changeMs);
    changesMs.sort(ascending);
    laws = lawsBetween();
  }
  return laws;
}

/** The fates of sandboxes whose last idle time is in the given set, by the law learned from the set. */
function modelOf(platform: Platform, times: IdleTimes, lawFromMs: number): FateModel {
  const { timeline, regimeOf, parts, births, choices, known } = platform;
  const settleMs = settleMsOf(timeline);
  const openRegime = times.open.map(({ sandbox }) => regimeOf[sandbox]!);
  const colds = coldSigns(
    times.open.map(({ fromMs, watchedMs }, index) => {
      const { coldMs } = parts[openRegime[index]!]!.moments;
      return { fromMs, watchedMs, coldMs };
    }),
    coldSettleMsOf(timeline),
  );
  const openOf = opensByRegime(times, openRegime, parts.length);
  const signs = parts.map(({ picks }) => new PickSigns(picks, settleMs, timeline.sandboxes.length));
  const passedOver = (belief: Belief | undefined, stride: number): Signs => {
    const weights = known.weights ?? weightsOf(choices, belief?.survival ?? unknownSurvival);
    for (const [regime, own] of signs.entries())
      own.believe(weights, openBelief(times, colds, openOf[regime]!, belief));
    const offsets = new Uint32Array(times.open.length + 1);
    const lists = { idleMs: new NumberList(), logRatio: new NumberList() };
    for (const [index, { sandbox, fromMs, watchedMs }] of times.open.entries()) {
      if (index % stride === 0) {
        // If this many consecutive cold starts did not decide, no later choice will.
        const until = lastLook(colds, index, watchedMs);
        signs[openRegime[index]!]!.of(fromMs, until, births[sandbox]!, lists);
      }
      offsets[index + 1] = lists.idleMs.length;
    }
    return { offsets, idleMs: lists.idleMs.done(), logRatio: lists.logRatio.done() };
  };
  const { survival } = known;
  return fateModel({
    times,
    regimeOf: openRegime,
    moments: parts.map(({ moments }) => moments.coldMs.length),
    colds,
    passedOver,
    slipRates: platform.slipRates,
    lostShare: platform.lostShare,
    unchosen: platform.unchosen,
    ...(survival && { known: (idleMs: number, batch: number) => survival(idleMs, batch, lawFromMs) }),
  });
}

/**
 * The order of picks alone, with a known survival.
 *
 * @param survival after an idle time in ms, 0 to 1
 */
export function judgePickOrderAlone(
  history: History,
  untilMs: number,
  survival: (idleMs: number) => number,
): PickOrder {
  const timeline = timelineOf(history, untilMs);
  if (!timeline) return { order: 'unknown', n: 0 };
  return judgePickOrder(
    choicesOf(timeline, spellsOf(timeline).reused, () => true),
    survival,
  );
}

/**
 * The likelihood of each cold start if a sandbox was idle. If calls are lost, an apparently idle sandbox may have been
 * taken by a lost call. When several calls came together, any of them is equally likely to be the lost one. If only one
 * call was seen, there must have been two.
 */
function slipRatesOf(
  { coldMs, isAlone, alone, pairs }: Moments,
  learnt: number,
  lostShare: number,
): Float64Array {
  const beside = Math.min(1, (pairs + 0.5) / (alone + 0.5));
  return Float64Array.from(coldMs, (_, moment) =>
    Math.max(learnt, lostShare * (isAlone[moment] === 1 ? beside : 1)),
  );
}

/** Data examined per version. */
interface Part {
  readonly moments: Moments;
  readonly picks: ReturnType<typeof knownPicks>;
  readonly choices: readonly Choice[];
}

function partOf(
  timeline: Timeline,
  { reused }: Spells,
  births: Uint32Array,
  of: (sandbox: number) => boolean,
): Part {
  return {
    moments: momentsOf(timeline, reused, of),
    picks: knownPicks(reused, settleMsOf(timeline), of, births),
    choices: choicesOf(timeline, reused, of),
  };
}

/** Initial values before learning. */
const UNKNOWN_HALF_LIFE_MS = 1_800_000;
const unknownSurvival = (idleMs: number): number => 2 ** (-idleMs / UNKNOWN_HALF_LIFE_MS);

/** Fewer choices than this say nothing about the order; every sandbox is then equally likely. */
const LEAST_CHOICES = 20;

/** More choices than this are not needed in intermediate steps. */
const MOST_CHOICES = 500;

function weightsOf(choices: readonly Choice[], survival: (idleMs: number) => number): RuleWeights {
  const stride = Math.max(1, Math.ceil(choices.length / MOST_CHOICES));
  const { weights, n, isRoundRobin } = pickRulesOf(
    choices.filter((_, turn) => turn % stride === 0),
    survival,
  );
  if (!weights || n < LEAST_CHOICES) return { mostRecent: 0, leastRecent: 0, random: 1 };
  if (isRoundRobin) return { mostRecent: 0, leastRecent: 0, random: 0, roundRobin: 1 };
  // A behaviour not seen in n choices may still occur.
  const share = 1 / (1 + 1 / n);
  return {
    mostRecent: share * weights['most-recent'],
    leastRecent: share * weights['least-recent'],
    random: 1 - share * (weights['most-recent'] + weights['least-recent']),
  };
}

function lastLook({ offsets, idleMs }: ColdSigns, index: number, watchedMs: number): number {
  const end = offsets[index + 1]!;
  return end - offsets[index]! < MOST_COLD_SIGNS ? watchedMs : idleMs[end - 1]!;
}

/** Idle time at which the first cold start passed a sandbox over. */
function firstOf({ offsets, idleMs }: ColdSigns, index: number): number | undefined {
  return offsets[index]! < offsets[index + 1]! ? idleMs[offsets[index]!] : undefined;
}

/** Indices of the open spells of each version, in ascending order of start. */
function opensByRegime({ open }: IdleTimes, regimeOf: readonly number[], regimes: number): number[][] {
  const own = Array.from({ length: regimes }, (): number[] => []);
  for (const index of open.keys()) own[regimeOf[index]!]!.push(index);
  for (const indices of own) indices.sort((a, b) => open[a]!.fromMs - open[b]!.fromMs || a - b);
  return own;
}

/** Beliefs about the sandboxes of one version that were never used again. */
function openBelief(
  { open }: IdleTimes,
  colds: ColdSigns,
  own: readonly number[],
  belief: Belief | undefined,
): OpenBelief {
  return {
    fromMs: Float64Array.from(own, (index) => open[index]!.fromMs),
    // Before learning, a cold start means that all idle sandboxes are gone.
    endMs: Float64Array.from(
      own,
      (index) =>
        open[index]!.fromMs + (belief?.endsMs[index] ?? firstOf(colds, index) ?? UNKNOWN_HALF_LIFE_MS),
    ),
    survival: belief?.survival ?? unknownSurvival,
  };
}
