import type { DeathPosterior } from '../../statistics/index.ts';
import { agedFate } from './aged-fate.ts';
import type { FateModel } from './fate-model.ts';
import { toldCause } from './idle-times.ts';
import type { FateGround, FateState, Judgement, SandboxFate } from './judgement.ts';
import type { Law } from './law-changes.ts';
import type { Recycling } from './recycling.ts';
import type { Regime } from './regimes.ts';
import type { LastOutcome, Sandbox, Timeline } from './sandbox.ts';

export const EVICTED_PROBABILITY = 0.95;
export const ALIVE_PROBABILITY = 0.05;
/** A sandbox that died with its last call with a higher probability than this did not die of age. */
const AT_ONCE = 0.025;
/**
 * A sandbox whose version no longer receives calls is gone or useless; the rest of the probability is for those that
 * linger.
 */
const SUPERSEDED_GONE = 0.99;
/** Platforms stop the sandboxes of a version within this time after the next version took over, ms. */
const SUPERSEDED_WITHIN_MS = 30_000;

export interface FatesInput {
  readonly regimes: readonly Regime[];
  /** By sandbox. */
  readonly regimeOf: Uint16Array;
  readonly recycling: Recycling | undefined;
  /** How much later than its last seen use a sandbox may have been used. */
  readonly lostMs: number;
}

/** A sandbox that was not used again, under one law. */
interface Watched extends Pick<FatesInput, 'recycling' | 'lostMs'> {
  readonly model: FateModel;
  readonly spell: number;
}

type Verdict = Pick<SandboxFate, 'state' | 'gone' | 'evicted' | 'cause' | 'reason' | 'ground'>;

/** The fate of each sandbox. */
export function fatesOf(
  timeline: Timeline,
  laws: readonly Law[],
  { regimes, regimeOf, ...more }: FatesInput,
): SandboxFate[] {
  const watchedOf = new Map(
    laws.flatMap(({ times, model }) =>
      times.open.map(({ sandbox }, spell) => [sandbox, { model, spell, ...more }] as const),
    ),
  );
  return timeline.sandboxes.map((sandbox, index) => {
    const { supersededMs } = regimes[regimeOf[index]!]!;
    const verdict = verdictOf(sandbox, timeline.untilMs, supersededMs, watchedOf.get(index));
    const { between: _, lastOutcome: _outcome, goodbye: _goodbye, ...shown } = sandbox;
    return { ...shown, ...verdict };
  });
}

function verdictOf(
  sandbox: Sandbox,
  untilMs: number,
  supersededMs: number,
  watched: Watched | undefined,
): Verdict {
  const { goodbye, lastEndMs } = sandbox;
  if (goodbye) {
    const { timeMs, reason } = goodbye;
    const cause = toldCause(goodbye, supersededMs);
    return {
      state: 'evicted',
      gone: 1,
      evicted: { lowerMs: timeMs, upperMs: timeMs },
      cause,
      reason,
      ground: 'goodbye',
    };
  }
  if (!watched) return { state: 'alive', gone: 0, ground: 'in-use' };
  const { model, spell, lostMs, recycling } = watched;
  const atOnce = model.goneAtOnce[spell]!;
  const aged = atOnce > AT_ONCE ? undefined : agedFate(sandbox, model, spell, recycling);
  const fate = aged?.fate ?? model.fates[spell]!;
  if (supersededMs < untilMs && fate.gone < EVICTED_PROBABILITY)
    return superseded(sandbox, untilMs, supersededMs, fate, model.survival);
  const state = stateOf(fate.gone);
  const isBroken = atOnce > 0.5;
  const ground: FateGround = isBroken
    ? 'broken-call'
    : model.isPassedOver(spell)
      ? 'passed-over'
      : model.isPrior(spell)
        ? 'prior'
        : 'idle-time';
  if (state !== 'evicted') return { state, gone: fate.gone, ground };
  const evicted = intervalOf(fate, lastEndMs, untilMs, lostMs);
  if (aged && aged.byAge > 0.5) {
    // A sandbox that is old enough when it becomes free dies at once.
    const lowerMs = Math.min(evicted.lowerMs, Math.max(lastEndMs, aged.oldMs));
    return { state, gone: fate.gone, evicted: { ...evicted, lowerMs }, cause: 'age', ground };
  }
  return {
    state,
    gone: fate.gone,
    evicted,
    cause: isBroken && sandbox.lastOutcome ? brokenCause(sandbox.lastOutcome) : 'idle',
    ground,
  };
}

/** The likelier of the two. */
function brokenCause({ timedOut }: LastOutcome): 'time-out' | 'crash' {
  return timedOut > 0.5 ? 'time-out' : 'crash';
}

/** It was idle when its version had its last call: it died with the deploy, unless it had died before. */
function superseded(
  { lastEndMs }: Sandbox,
  untilMs: number,
  supersededMs: number,
  fate: DeathPosterior,
  survival: (idleMs: number) => number,
): Verdict {
  const fromMs = Math.max(lastEndMs, supersededMs);
  const share = Math.min(1, (untilMs - fromMs) / SUPERSEDED_WITHIN_MS);
  // Lingering sandboxes die like all idle ones.
  const lingers = survival(untilMs - lastEndMs) / Math.max(1e-9, survival(fromMs - lastEndMs));
  const gone = 1 - (1 - fate.gone) * (1 - share * SUPERSEDED_GONE) * Math.min(1, lingers);
  const state = stateOf(gone);
  if (state !== 'evicted') return { state, gone, ground: 'superseded' };
  const lowerMs = fate.gone > 0.025 ? lastEndMs + (fate.low ?? 0) : fromMs;
  const evicted = {
    lowerMs: Math.min(lowerMs, fromMs),
    upperMs: Math.min(untilMs, fromMs + SUPERSEDED_WITHIN_MS),
  };
  return { state, gone, evicted, cause: fate.gone > 0.5 * gone ? 'idle' : 'deploy', ground: 'superseded' };
}

/** Idle times are known on a grid, and the law that places a death between its edges is only as precise. */
const GRID_SHARE = 0.015;

function intervalOf(
  { low = 0, high = 0 }: DeathPosterior,
  lastEndMs: number,
  untilMs: number,
  lostMs: number,
): NonNullable<Verdict['evicted']> {
  const upperMs = Math.min(untilMs, lastEndMs + high * (1 + GRID_SHARE) + lostMs);
  return { lowerMs: Math.min(upperMs, lastEndMs + low * (1 - GRID_SHARE)), upperMs };
}

function stateOf(gone: number): FateState {
  return gone >= EVICTED_PROBABILITY ? 'evicted' : gone <= ALIVE_PROBABILITY ? 'alive' : 'unknown';
}

/** Beyond this share of lost calls, living sandboxes are not counted. */
const MOST_LOST = 0.35;

/**
 * The number of living sandboxes: the sum of their probabilities, and twice the standard deviation of that sum for
 * independent events.
 */
export function aliveOf(fates: readonly SandboxFate[], lostShare: number): Judgement['alive'] {
  if (lostShare > MOST_LOST) return { withheld: 'lost-spans' };
  let value = 0;
  let variance = 0.25;
  let certain = 0;
  for (const { gone } of fates) {
    value += 1 - gone;
    variance += gone * (1 - gone);
    if (gone === 0) certain += 1;
  }
  const half = 2 * Math.sqrt(variance);
  return { value, low: Math.max(certain, value - half), high: Math.min(fates.length, value + half) };
}
