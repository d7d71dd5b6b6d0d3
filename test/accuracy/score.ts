import { kaplanMeier, survivalQuantile } from '../../collector/src/statistics/index.ts';
import type { Judgement, SandboxFate } from '../../collector/src/correlate/judge/index.ts';
import type { DataSet } from './data-set.ts';
import { medianLife } from './simulator/laws.ts';
import type { TrueSandbox } from './simulator/platform.ts';
import { instanceOf, ORIGIN_MS } from './simulator/spans.ts';

/** How a judgement of one moment compares with the truth. */
export interface MomentScore {
  /** Sandboxes with at least one received span: how many were distinguished, and how many there were. */
  readonly identified: number;
  readonly known: number;
  /** Per sandbox without a goodbye: probability that it is gone, whether it is, whether it was used in the last hour. */
  readonly gone: readonly number[];
  readonly wasGone: readonly boolean[];
  readonly isRecent: readonly boolean[];
  readonly held: readonly boolean[];
  /** Per evicted sandbox without a goodbye: whether the interval contains the truth, and its width, s. */
  readonly covered: readonly boolean[];
  readonly widths: readonly number[];
  /** Causes that were named, if the true one can be known, and how many of them are right. */
  readonly causes: number;
  readonly causesRight: number;
  /** Absent if it was withheld. */
  readonly alive?: {
    readonly said: number;
    readonly low: number;
    readonly high: number;
    readonly was: number;
    readonly variance: number;
  };
}

/** Causes of starts: how many were named, of how many, and how many of those are right. */
export interface StartScore {
  readonly starts: number;
  readonly said: number;
  readonly right: number;
  /** `truth → named`, for the wrong ones. */
  readonly wrong: readonly string[];
}

/** For all starts with received spans. */
export function scoreStarts(
  { run }: Pick<DataSet, 'run'>,
  { births }: Pick<Judgement, 'births'>,
): StartScore {
  const truthOf = new Map(run.starts.map(({ id, why }) => [instanceOf({ id }), why]));
  const found = births.flatMap(({ key, cause }) => {
    const truth = truthOf.get(key);
    return truth === undefined ? [] : [{ truth, cause }];
  });
  const said = found.filter(({ cause }) => cause !== 'unknown');
  const wrong = said.filter(({ truth, cause }) => cause !== truth);
  return {
    starts: found.length,
    said: said.length,
    right: said.length - wrong.length,
    wrong: wrong.map(({ truth, cause }) => `${truth} → ${cause}`),
  };
}

/** The interval is read on a grid: a tolerance of a percent of the idle time and a second of clocks either way. */
const TOLERANCE_SHARE = 0.01;
const TOLERANCE_MS = 1_000;
const RECENT_MS = 3_600_000;

export function scoreMoment({ run }: DataSet, seconds: number, judgement: Judgement): MomentScore {
  const untilMs = ORIGIN_MS + 1e3 * seconds;
  const truthOf = new Map(run.sandboxes.map((sandbox) => [instanceOf(sandbox), sandbox]));
  const isGone = ({ died = Infinity }: TrueSandbox): boolean => died <= seconds;
  const score = {
    gone: [] as number[],
    wasGone: [] as boolean[],
    isRecent: [] as boolean[],
    held: [] as boolean[],
    covered: [] as boolean[],
    widths: [] as number[],
    causes: 0,
    causesRight: 0,
  };
  let was = 0;
  let variance = 0;
  let known = 0;
  for (const fate of judgement.sandboxes) {
    const truth = truthOf.get(fate.key);
    if (!truth) continue;
    known += 1;
    const gone = isGone(truth);
    if (!gone) was += 1;
    variance += fate.gone * (1 - fate.gone);
    if (fate.state === 'evicted' && gone) {
      const { causes, right } = causeOf(fate, truth);
      score.causes += causes;
      score.causesRight += right;
    }
    if (fate.ground === 'goodbye' || fate.ground === 'in-use') continue;
    score.gone.push(fate.gone);
    score.wasGone.push(gone);
    score.isRecent.push(untilMs - fate.lastEndMs < RECENT_MS);
    score.held.push(fate.state === 'evicted');
    if (fate.state !== 'evicted' || !gone || !fate.evicted) continue;
    const diedMs = ORIGIN_MS + 1e3 * truth.died!;
    const tolerance = TOLERANCE_SHARE * Math.max(0, diedMs - fate.lastEndMs) + TOLERANCE_MS;
    const { lowerMs, upperMs } = fate.evicted;
    score.covered.push(diedMs >= lowerMs - tolerance && diedMs <= upperMs + tolerance);
    score.widths.push((upperMs - lowerMs) / 1e3);
  }
  const identified = judgement.sandboxes.length;
  if ('withheld' in judgement.alive) return { identified, known, ...score };
  const { value, low, high } = judgement.alive;
  return { identified, known, ...score, alive: { said: value, low, high, was, variance } };
}

/** Deploys, timeouts, ages and reported causes are knowable. */
function causeOf(fate: SandboxFate, truth: TrueSandbox): { causes: number; right: number } {
  if (fate.cause === undefined) return { causes: 0, right: 0 };
  return { causes: 1, right: fate.cause === truth.cause ? 1 : 0 };
}

export type FamilyVerdict = 'right' | 'wrong' | 'not-identified';

const FAMILIES = {
  fixed: ['sharp'],
  soft: ['threshold'],
  'two-step': ['two-step'],
  halving: ['halving'],
  exponential: ['gradual'],
} as const;

/** Conclusions of one run about the platform as a whole, at its end. */
export interface RunScore {
  readonly keepAlive?: { readonly ratio: number; readonly isCovered: boolean; readonly isNamed: boolean };
  readonly family: FamilyVerdict;
  /** The idle time after which half are gone. */
  readonly truthSeconds: number;
  /** The same, estimated from the true lifetimes of the sandboxes with received spans, relative to the truth. */
  readonly byTrueLives: number;
  readonly deaths: number;
  readonly starts: StartScore;
  readonly order: { readonly said: string; readonly is: string; readonly n: number; readonly z?: number };
  readonly model: { readonly said: string; readonly is: string };
  readonly loss?: { readonly said: number; readonly is: number; readonly isCovered: boolean };
}

/**
 * The idle time after which half are gone, seconds. Halved batches have one per batch size: the period if the law was
 * recognised, otherwise the estimate from the lifetimes of the run (product limit; a use censors).
 */
function keptFor({ law }: DataSet['scenario'], run: DataSet['run'], byPeriod: boolean): number {
  return law.kind !== 'halving' || byPeriod ? medianLife(law) : (keptInRun(run).median ?? law.end);
}

/**
 * Estimates from the true idle times of a run: the time after which half are gone by the product limit, and the
 * half-life if the law is known to be exponential.
 */
function keptInRun(run: DataSet['run']): { median: number | undefined; halfLife: number } {
  const lives: { readonly seconds: number; readonly ended: boolean }[] = [];
  for (const { calls, died, cause } of run.sandboxes) {
    for (const [at, { end }] of calls.entries()) {
      const next = calls[at + 1]?.start;
      lives.push(
        next === undefined
          ? { seconds: (died ?? run.seconds) - end, ended: died !== undefined && cause === 'idle' }
          : { seconds: next - end, ended: false },
      );
    }
  }
  const known = lives.filter(({ seconds }) => seconds >= 0);
  const steps = kaplanMeier({
    durations: known.map(({ seconds }) => seconds),
    ended: known.map(({ ended }) => ended),
  });
  const ends = known.filter(({ ended }) => ended).length;
  return {
    median: survivalQuantile(steps, 0.5).value,
    halfLife: (Math.LN2 * known.reduce((sum, { seconds }) => sum + seconds, 0)) / ends,
  };
}

export function scoreRun(data: DataSet, judgement: Judgement): RunScore {
  const { scenario, run, reports } = data;
  const { keepAlive, pickOrder, concurrency, loss } = judgement;
  const truth = 1e3 * keptFor(scenario, run, keepAlive.family === 'halving');
  const { valueMs, lowMs = 0, highMs = Infinity } = keepAlive;
  const families: readonly string[] = FAMILIES[scenario.law.kind];
  const calls = run.sandboxes.reduce((sum, { calls }) => sum + calls.length, 0);
  const lost = reports.lost / calls;
  return {
    ...(valueMs !== undefined && {
      keepAlive: {
        ratio: valueMs / truth,
        isCovered: lowMs <= truth * 1.02 && highMs >= truth * 0.98,
        isNamed: keepAlive.family !== 'not-identified',
      },
    }),
    family:
      keepAlive.family === 'not-identified'
        ? keepAlive.family
        : families.includes(keepAlive.family)
          ? 'right'
          : 'wrong',
    truthSeconds: truth / 1e3,
    byTrueLives: scenario.law.kind === 'exponential' ? (1e3 * keptInRun(run).halfLife) / truth : 1,
    deaths: keepAlive.expectedDeaths,
    starts: scoreStarts(data, judgement),
    order: {
      said: pickOrder.order,
      is: scenario.order,
      n: pickOrder.n,
      ...(pickOrder.z !== undefined && { z: pickOrder.z }),
    },
    model: { said: concurrency.model, is: (scenario.slots ?? 1) > 1 ? 'one-to-many' : 'one-to-one' },
    ...(loss.share?.value !== undefined && {
      loss: {
        said: loss.share.value,
        is: lost,
        isCovered: loss.share.low <= lost && lost <= loss.share.high,
      },
    }),
  };
}
