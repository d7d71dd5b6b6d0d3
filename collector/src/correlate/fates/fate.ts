import { environmentOf } from '../judge/index.ts';
import type { FateCause, FateGround, Judgement, SandboxFate } from '../judge/index.ts';
import { countAtMost } from '../../statistics/index.ts';
import { groupBy } from '../lifelines.ts';

/**
 * `confirmed`: the sandbox said goodbye. `evicted`, `suspected`: it is gone with a probability of 0.95 or 0.8, judged
 * from calls that passed it over and from how long idle ones are kept; a judgement that rests on the prior is never
 * more than suspected. `active`: an invocation ended within the last five seconds. `idle`: the rest.
 */
export type SandboxState = 'active' | 'idle' | 'suspected' | 'evicted' | 'confirmed';

export interface Fate {
  readonly state: SandboxState;
  /** Probability that the sandbox is gone; 1 after a goodbye. */
  readonly evictedProbability: number;
  /** When it died: 95 % of the probability is between these times. With `evicted` and `confirmed` only. */
  readonly evicted?: { readonly afterMs: number; readonly beforeMs: number };
  /** With `evicted` only. */
  readonly cause?: FateCause;
  /** The reason from the platform, for a confirmed one. */
  readonly reason?: string;
  /** The evidence behind it. */
  readonly ground: FateGround;
}

/** A sandbox whose fate is requested. */
export interface Watched {
  readonly lastEndMs: number;
}

const SUSPECTED_PROBABILITY = 0.8;
const EVICTED_PROBABILITY = 0.95;
const ACTIVE_MS = 5_000;
/** Probability outside an interval, on each side. */
const TAIL = 0.025;

/**
 * The fates of the sandboxes of one deployment, by the name of the environment, else the sandbox's id. Clones that only
 * their ordinals tell apart share a name.
 */
export function fatesByEnvironment({ sandboxes }: Judgement): ReadonlyMap<string, readonly SandboxFate[]> {
  return groupBy(sandboxes, ({ key }) => environmentOf(key));
}

/** Times of the engine and the judge differ by rounding, ms. */
const SAME_USE_MS = 1;

/**
 * @param fate from the judge; undefined for a sandbox that was used before the evidence begins
 * @param asOfMs the moment of the answer; it may be later than the judgement
 */
export function toFate(
  life: Watched,
  fate: SandboxFate | undefined,
  { survival }: Judgement,
  asOfMs: number,
): Fate {
  // It was not judged, or was used again since: earlier calls that passed it over no longer count.
  if (fate === undefined || life.lastEndMs > fate.lastEndMs + SAME_USE_MS)
    return fateBySilence(asOfMs - life.lastEndMs, life, survival);
  const { gone: evictedProbability, evicted, cause, reason, ground, lastEndMs } = fate;
  if (fate.state === 'evicted' && evicted && ground !== 'prior') {
    return {
      state: ground === 'goodbye' ? 'confirmed' : 'evicted',
      evictedProbability,
      evicted: { afterMs: evicted.lowerMs, beforeMs: evicted.upperMs },
      ...(cause && { cause }),
      ...(ground === 'goodbye' && reason !== undefined && reason !== '' && { reason }),
      ground,
    };
  }
  if (evictedProbability >= SUSPECTED_PROBABILITY) return { state: 'suspected', evictedProbability, ground };
  return { state: asOfMs - lastEndMs <= ACTIVE_MS ? 'active' : 'idle', evictedProbability, ground };
}

/** From the keep-alive time of idle sandboxes alone. */
function fateBySilence(
  idleMs: number,
  { lastEndMs }: Watched,
  { edgesMs, kept }: Judgement['survival'],
): Fate {
  const keptNow = kept[Math.max(0, countAtMost(edgesMs, idleMs) - 1)] ?? 1;
  const evictedProbability = 1 - keptNow;
  if (evictedProbability < EVICTED_PROBABILITY) {
    const quiet = idleMs <= ACTIVE_MS ? 'active' : 'idle';
    const state = evictedProbability >= SUSPECTED_PROBABILITY ? 'suspected' : quiet;
    return { state, evictedProbability, ground: idleMs < 0 ? 'in-use' : 'idle-time' };
  }
  /** Idle time by which a share of those now gone had died. */
  const goneBy = (share: number): number => {
    const at = kept.findIndex((value) => value <= 1 - share * evictedProbability);
    return Math.min(idleMs, edgesMs[at < 0 ? edgesMs.length - 1 : at] ?? idleMs);
  };
  return {
    state: 'evicted',
    evictedProbability,
    evicted: { afterMs: lastEndMs + goneBy(TAIL), beforeMs: lastEndMs + goneBy(1 - TAIL) },
    cause: 'idle',
    ground: 'idle-time',
  };
}

/** Prior belief: half of the idle sandboxes are gone after this time, ms. */
const PRIOR_HALF_LIFE_MS = 1_800_000;

/** The fate of a sandbox whose deployment has no evidence, because nothing was seen of it for a long time. */
export function fateUnknown({ lastEndMs }: Watched, asOfMs: number): Fate {
  const idleMs = Math.max(0, asOfMs - lastEndMs);
  const evictedProbability = 1 - 2 ** (-idleMs / PRIOR_HALF_LIFE_MS);
  const state = evictedProbability < SUSPECTED_PROBABILITY ? 'idle' : 'suspected';
  return { state, evictedProbability, ground: 'prior' };
}
