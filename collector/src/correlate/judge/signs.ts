import { countAtMost } from '../../statistics/index.ts';
import { NumberList } from './number-list.ts';

/**
 * Events while each of some sandboxes was idle, and their likelihood if it was alive, relative to if it was gone. Signs
 * against sandbox i are those from `offsets[i]` to before `offsets[i + 1]`, ascending by idle time.
 */
export interface Signs {
  readonly offsets: Uint32Array;
  readonly idleMs: Float64Array;
  readonly logRatio: Float64Array;
}

/** The first cold starts while each of some sandboxes was idle, as {@link Signs}. */
export interface ColdSigns {
  readonly offsets: Uint32Array;
  readonly idleMs: Float64Array;
  /** Index of the moment among those of the version. */
  readonly moment: Uint32Array;
}

/** More consecutive cold starts than this are not needed to decide. */
export const MOST_COLD_SIGNS = 8;
/** Weaker evidence is ignored. */
export const DECIDED_LOG = Math.log(1e-5);

/** Finds the cold starts that count for an idle time. */
export interface Watched {
  readonly fromMs: number;
  readonly watchedMs: number;
  /** Cold starts of its version, ascending. */
  readonly coldMs: Float64Array;
}

/** @param settleMs a sandbox was surely free this long after its call, when a start was decided */
export function coldSigns(watched: readonly Watched[], settleMs: number): ColdSigns {
  const offsets = new Uint32Array(watched.length + 1);
  const idleMs = new NumberList();
  const moments = new NumberList();
  for (const [index, { fromMs, watchedMs, coldMs }] of watched.entries()) {
    const first = countAtMost(coldMs, fromMs + settleMs);
    const end = Math.min(coldMs.length, first + MOST_COLD_SIGNS);
    for (let moment = first; moment < end; moment += 1) {
      const own = coldMs[moment]! - fromMs;
      if (own > watchedMs) break;
      idleMs.push(own);
      moments.push(moment);
    }
    offsets[index + 1] = idleMs.length;
  }
  return { offsets, idleMs: idleMs.done(), moment: Uint32Array.from(moments.done()) };
}

/** Both kinds of signs in order of time; for equal times, those of `a` first. */
export function mergeSigns(a: Signs, b: Signs): Signs {
  const length = a.idleMs.length + b.idleMs.length;
  const idleMs = new Float64Array(length);
  const logRatio = new Float64Array(length);
  const offsets = new Uint32Array(a.offsets.length);
  let at = 0;
  for (let index = 0; index + 1 < offsets.length; index += 1) {
    let first = a.offsets[index]!;
    let second = b.offsets[index]!;
    const [firstEnd, secondEnd] = [a.offsets[index + 1]!, b.offsets[index + 1]!];
    for (; first < firstEnd || second < secondEnd; at += 1) {
      const isFirst = second >= secondEnd || (first < firstEnd && a.idleMs[first]! <= b.idleMs[second]!);
      idleMs[at] = isFirst ? a.idleMs[first]! : b.idleMs[second]!;
      logRatio[at] = isFirst ? a.logRatio[first]! : b.logRatio[second]!;
      if (isFirst) first += 1;
      else second += 1;
    }
    offsets[index + 1] = at;
  }
  return { offsets, idleMs, logRatio };
}
