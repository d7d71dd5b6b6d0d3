import type { DeathPosterior } from '../../statistics/index.ts';
import type { IdleTimes } from './idle-times.ts';
import type { OpenEvidence } from './open-evidence.ts';
import { BROKEN } from './sandbox.ts';

/** Calls that tell equally much about how they broke their sandbox. */
interface Kind {
  /** Indices of open spells that began with such a call. */
  readonly open: readonly number[];
  /** How many of such calls were followed by another one in the same sandbox. */
  readonly survived: number;
  /** What is assumed before any was seen, as a number of sandboxes that died and that did not. */
  readonly prior: { readonly died: number; readonly stayed: number };
  /** Estimated share of such calls that end their sandbox. */
  share: number;
}

/** A call that timed out or crashed ends its sandbox as often as not. */
const TOLD_PRIOR = { died: 0.5, stayed: 0.5 };
/** Most failed calls are exceptions that the runtime catches: they end one sandbox in ten. */
const UNTOLD_PRIOR = { died: 0.5, stayed: 4.5 };

/**
 * Sandboxes whose last call timed out, crashed or failed: a share of them died with it, which says nothing about idle
 * times. The share is learned from the sandboxes that were used again after such a call.
 */
export class AtOnce {
  readonly #kinds: readonly Kind[];

  constructor(times: IdleTimes) {
    const { open, survivedBroken } = times;
    const spellsOf = (broken: number): number[] =>
      [...open.keys()].filter((index) => open[index]!.broken === broken);
    const told = spellsOf(BROKEN.TOLD);
    const untold = spellsOf(BROKEN.UNTOLD);
    this.#kinds = [
      kindOf(told, survivedBroken.told, TOLD_PRIOR, told.length / 2),
      kindOf(untold, survivedBroken.untold, UNTOLD_PRIOR, excessOf(times, untold.length)),
    ].filter((kind) => kind.open.length > 0);
  }

  /** Sets the weight of each spell for idle times: the probability that it did not end at once. */
  weigh({ single }: OpenEvidence, tables: readonly Float64Array[], weights: Float64Array): void {
    for (const kind of this.#kinds) {
      let gone = 0;
      for (const index of kind.open) {
        const at = 1 - laterOf(single, index, tables, kind.share);
        weights[index] = Math.max(1e-6, 1 - at);
        gone += at;
      }
      kind.share = shareOf(kind, gone);
    }
  }

  combine(later: DeathPosterior, atOnce: number): DeathPosterior {
    if (atOnce === 0) return later;
    const gone = atOnce + (1 - atOnce) * later.gone;
    return {
      ...later,
      gone,
      // An end too unlikely to matter does not widen the interval.
      ...(atOnce > 0.025 * gone && { low: 0 }),
      ...(atOnce > 0.5 && { median: 0 }),
      high: atOnce > 0.975 * gone ? 0 : (later.high ?? 0),
    };
  }
}

function kindOf(open: readonly number[], survived: number, prior: Kind['prior'], gone: number): Kind {
  const kind = { open, survived, prior, share: 0 };
  kind.share = shareOf(kind, gone);
  return kind;
}

/** @param gone expected number of open spells that ended at once */
function shareOf({ open, survived, prior }: Omit<Kind, 'share'>, gone: number): number {
  return (gone + prior.died) / (open.length + survived + prior.died + prior.stayed);
}

/**
 * How many more sandboxes were not used again after a failed call than after as many answered ones. Without this
 * start, sandboxes that die with their failed calls would first be taken for ends by idleness.
 */
function excessOf({ open, survived, survivedBroken }: IdleTimes, untold: number): number {
  const others = open.reduce((count, { broken }) => count + (broken === BROKEN.NO ? 1 : 0), 0);
  const used = Math.max(0, survived.count - survivedBroken.told - survivedBroken.untold);
  if (others + used === 0) return 0;
  const usual = others / (others + used);
  return Math.max(0, untold - usual * (untold + survivedBroken.untold));
}

/** Probability that it did not die at once, from the likelihood of its signs if it lived for a while. */
function laterOf(
  { offsets, stepEdges, stepChanges, batches }: OpenEvidence['single'],
  index: number,
  tables: readonly Float64Array[],
  share: number,
): number {
  const table = tables.length === 1 ? tables[0]! : tables[batches[index]!]!;
  let z = 0;
  for (let step = offsets[index]!; step < offsets[index + 1]!; step += 1)
    z += stepChanges[step]! * table[stepEdges[step]!]!;
  const stayed = (1 - share) * Math.max(0, z);
  return stayed / (stayed + share);
}
