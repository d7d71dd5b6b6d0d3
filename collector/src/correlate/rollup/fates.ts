import {
  ARRIVALS_CONSIDERED,
  coldShareWhileIdle,
  EVICTED_PROBABILITY,
  fateOf,
  gone,
  GUARD_MS,
  settleOf,
  SIBLING_PASS,
  UNKNOWN_INIT_MS,
  WEAKEST_SIBLING_LIKELIHOOD,
} from '../evictions.ts';
import type { FunctionFates, PassedOver } from '../evictions.ts';
import { groupBy } from '../lifelines.ts';
import type { Lifeline } from '../lifelines.ts';
import { judgePickOrder } from '../pick-order.ts';
import type { PickOrder } from '../pick-order.ts';
import { ascending, countAtMost } from '../statistics.ts';
import { survivalOf } from '../survival.ts';
import { BINS_A_DOUBLING } from './sql.ts';

/** What is known of a function with too many invocations to look at each. */
export interface Digest {
  readonly lives: readonly DigestLife[];
  /** Lifelines of the newest invocations alone, for what needs their order. */
  readonly evidence: readonly Lifeline[];
  /** Gaps between uses by the bin of their length. */
  readonly gapBins: readonly (readonly [bin: number, count: number])[];
  readonly longestExportMs: number;
}

/** A lifeline and what is kept of the invocations it does not hold. */
export interface DigestLife {
  readonly life: Lifeline;
  readonly coldStarts: readonly (readonly [startMs: number, initMs: number])[];
  readonly seamGapsMs: readonly number[];
}

interface Cold {
  readonly startMs: number;
  /** When the platform decided on it. */
  readonly decidedMs: number;
}

/**
 * {@link judgeFates} from rollups: survival from all gaps, by the bins of their length; every cold start weighed as
 * there; siblings, whose single uses are not kept, by who was used both before and after. The order of picks and how
 * often a cold start passes an idle sandbox over come from the newest invocations.
 *
 * @returns the fates as of a moment: all but the time since the last use is weighed once
 */
export function judgeDigest(digest: Digest): (asOfMs: number) => FunctionFates {
  const lives = digest.lives.map(({ life }) => life);
  const settleMs = settleOf(digest.longestExportMs);
  const pickOrder = judgePickOrder(digest.evidence, settleMs);
  const coldPass = 1 - coldShareWhileIdle(digest.evidence, settleMs);
  const ended = lives.flatMap(({ end, lastEndMs }) => (end ? [Math.max(0, end.timeMs - lastEndMs)] : []));
  const survival = survivalOf(
    [
      ...digest.gapBins.map(([bin, count]) => [2 ** (bin / BINS_A_DOUBLING), count] as const),
      ...digest.lives.flatMap(({ seamGapsMs }) => seamGapsMs.map((ms) => [ms, 1] as const)),
    ],
    ended,
  );
  const versions = new Map(
    [...groupBy(digest.lives, ({ life }) => life.version)].map(([version, own]) => [version, versionOf(own)]),
  );
  const newest = lives.reduce<Lifeline | undefined>(
    (best, life) => (best === undefined || life.lastEndMs > best.lastEndMs ? life : best),
    undefined,
  );
  const model = { settleMs, coldPass, survival, pickOrder };
  const passed = new Map(
    lives
      .filter(({ end }) => end === undefined)
      .map((life) => [life, passedOver(life, versions.get(life.version) as Version, model)]),
  );
  const history = {
    survival,
    newestVersion: newest?.version ?? '',
    passedOver: (life: Lifeline) => passed.get(life) as PassedOver,
  };
  return (asOfMs) => ({
    fates: new Map(lives.map((life) => [life.key, fateOf(life, { ...history, asOfMs })])),
    pickOrder,
  });
}

/** The sandboxes of one version, each list ascending. */
interface Version {
  readonly colds: readonly Cold[];
  readonly coldStarts: readonly number[];
  readonly births: readonly number[];
  readonly lastUses: readonly number[];
}

function versionOf(own: readonly DigestLife[]): Version {
  const colds = own
    .flatMap(({ coldStarts }) => coldStarts)
    .map(([startMs, initMs]) => ({
      startMs,
      decidedMs: startMs - (initMs < 0 ? UNKNOWN_INIT_MS : initMs) - GUARD_MS,
    }))
    .sort((a, b) => a.startMs - b.startMs);
  return {
    colds,
    coldStarts: colds.map(({ startMs }) => startMs),
    births: own.map(({ life }) => life.firstStartMs).sort(ascending),
    lastUses: own.map(({ life }) => life.lastEndMs).sort(ascending),
  };
}

interface Model {
  readonly settleMs: number;
  readonly coldPass: number;
  readonly survival: (idleMs: number) => number;
  readonly pickOrder: PickOrder;
}

function passedOver(life: Lifeline, version: Version, model: Model): PassedOver {
  const freeMs = life.lastEndMs + model.settleMs;
  const { sibling, siblingMs } = siblingsOf(life, version, model);
  let cold = 1;
  let lastSignMs = siblingMs;
  const first = countAtMost(version.coldStarts, freeMs);
  const last = Math.min(version.colds.length, first + ARRIVALS_CONSIDERED);
  for (let index = first; index < last; index += 1) {
    const { startMs, decidedMs } = version.colds[index] as Cold;
    if (decidedMs <= freeMs) continue;
    cold *= 1 - model.coldPass;
    lastSignMs = Math.max(startMs, siblingMs ?? startMs);
    const survival = model.survival(lastSignMs - life.lastEndMs);
    if (gone(survival, cold * sibling) >= EVICTED_PROBABILITY) break;
  }
  return { likelihood: cold * sibling, decisiveMs: lastSignMs };
}

/** Sandboxes in use both before and after the last use of this one were chosen in its stead. */
function siblingsOf(
  life: Lifeline,
  { births, lastUses }: Version,
  { settleMs, pickOrder: { order } }: Model,
): { sibling: number; siblingMs: number | undefined } {
  const over = countAtMost(lastUses, life.lastEndMs + settleMs);
  const across = countAtMost(births, life.lastEndMs) - over;
  if (across <= 0) return { sibling: 1, siblingMs: undefined };
  const random = Math.min(SIBLING_PASS, 1 / (across + 1));
  const q = { 'most-recent': SIBLING_PASS, 'least-recent': SIBLING_PASS, random, unknown: random / 2 }[order];
  return { sibling: Math.max(WEAKEST_SIBLING_LIKELIHOOD, (1 - q) ** across), siblingMs: lastUses[over] };
}
