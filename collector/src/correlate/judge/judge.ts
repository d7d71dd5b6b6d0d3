import { wilson } from '../../statistics/index.ts';
import type { History } from '../evidence/index.ts';
import { birthsOf } from './births.ts';
import { choicesOf } from './choices.ts';
import { judgeConcurrency } from './concurrency.ts';
import { aliveOf, fatesOf } from './fates.ts';
import { timesBetween } from './idle-times.ts';
import type { Judgement } from './judgement.ts';
import { lawAt } from './law-changes.ts';
import { judgeLoss } from './loss.ts';
import { lostEndMs } from './lost-ends.ts';
import { partOf, slipRatesOf } from './parts.ts';
import { judgePickOrder } from './pick-order.ts';
import type { PickOrder } from './pick-order.ts';
import { birthOrder } from './picks.ts';
import { lawsOf } from './platform-laws.ts';
import type { Known, Platform } from './platform-laws.ts';
import { regimesOf } from './regimes.ts';
import { markRollingStops } from './rolling-stop.ts';
import { spellsOf } from './spells.ts';
import { timelineOf } from './timeline.ts';

/**
 * Judges the evidence of one deployment up to a moment: for each sandbox, whether it is gone; for the platform, how it
 * keeps and picks them. Later evidence does not count. The same evidence gives the same answer, bit for bit.
 *
 * @returns undefined without any call and without any inspection of an idle sandbox
 */
export function judge(history: History, untilMs: number, known: Known = {}): Judgement | undefined {
  const seen = timelineOf(history, untilMs);
  if (!seen) return undefined;
  const spells = spellsOf(seen);
  const { regimes, regimeOf } = regimesOf(seen);
  const timeline = { ...seen, sandboxes: markRollingStops(seen, spells.reused, regimeOf) };
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
  const least = (idleMs: number): number => {
    let kept = 1;
    for (const { model } of laws) kept = Math.min(kept, model.survival(idleMs));
    return kept;
  };
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
