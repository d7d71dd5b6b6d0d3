import { groupBy } from '../../lifelines.ts';
import { basisOf } from '../../../schema/index.ts';
import type { BasisValue } from '../../../schema/index.ts';
import { twoSidedZ } from '../../../statistics/index.ts';
import { cpuTimeOf } from './cpu-time.ts';
import type { CpuTime } from './cpu-time.ts';
import type { Cell, SizeEvidence } from './evidence.ts';
import { quotaMs, wallTime } from './quota-law.ts';
import type { QuotaLaw } from './quota-law.ts';

/** Predicted calls at one memory size. */
export interface PredictedSize {
  readonly memoryMb: number;
  readonly vcpus: number;
  /** False if the size is below the highest memory use; undefined if that is unknown. */
  readonly fits: boolean | undefined;
  readonly meanMs: number;
  readonly lowMs: number;
  readonly highMs: number;
  /** Wall times with their number of calls, for billing. */
  readonly calls: readonly { readonly n: number; readonly wallMs: number }[];
}

/** Sizes that are equally fast. */
export interface Tread {
  readonly fromMb: number;
  readonly toMb: number;
  readonly meanMs: number;
}

/** An observed size other than the one predicted from. */
export interface CheckedSize {
  readonly memoryMb: number;
  readonly n: number;
  readonly measuredMs: number;
  readonly predictedMs: number;
}

/** The effect of memory on the calls of a deployment. */
export interface MemoryAnswer {
  readonly basis: BasisValue;
  /** The size that the prediction starts from, MB. */
  readonly fromMb: number;
  /** Means per call, ms. */
  readonly cpuMs: number;
  readonly waitingMs: number;
  readonly cpuFrom: 'measured' | CpuTime['from'];
  readonly sizes: readonly PredictedSize[];
  readonly treads: readonly Tread[];
  readonly checked: readonly CheckedSize[];
}

/** Number of calls required at a size. */
export const NEEDED_CALLS = 100;
/** Share of the calls that must report CPU time. */
const MEASURED_SHARE = 0.5;
/** Sizes whose means differ by less than this are on one flat step. */
const SAME_TREAD = 0.02;
/** Work whose CPU time exceeds its duration ran on several threads. */
const PARALLEL = 1.1;
/** For shorter calls the counters are too coarse for that conclusion, ms. */
const PARALLEL_FROM_MS = 5;
/** Calls that are faster than the law at their own observed size do not follow it. */
const OFF_THE_LAW = 1.15;
/** Waiting below this share is ignored. */
const WAITING_SHARE = 0.05;

/**
 * Predicts the duration of calls at every memory size from one observed size.
 *
 * The law itself separates CPU from waiting: the time beyond the staircase of a call's CPU time is waiting, which more
 * memory does not shorten. If CPU is used in one piece, the quota runs out; in pieces shorter than a quota, nothing is
 * throttled. The bounds cover both cases.
 *
 * @param sizes of one deployment
 * @returns undefined if no size with a known CPU share was observed
 */
export function judgeMemory(law: QuotaLaw, sizes: readonly SizeEvidence[]): MemoryAnswer | undefined {
  const known = sizes.filter(({ memoryMb }) => quotaMs(law, memoryMb) !== undefined);
  const bySize = [...groupBy(known, ({ memoryMb }) => String(memoryMb))].map(([size, own]) => ({
    memoryMb: Number(size),
    own,
    n: own.reduce((sum, { n }) => sum + n, 0),
    measured: own.some(isMeasured),
  }));
  const [base] = bySize.toSorted((a, b) => Number(b.measured) - Number(a.measured) || b.n - a.n);
  if (base === undefined) return undefined;
  const models = base.own.flatMap((evidence) => modelOf(law, evidence));
  if (models.length === 0) return undefined;
  const peak = Math.max(...sizes.map(({ peakRssBytes }) => peakRssBytes ?? 0)) / 2 ** 20;
  const seen = bySize.map(({ memoryMb }) => memoryMb);
  const predictAt = (memoryMb: number): PredictedSize | undefined => predict(law, models, memoryMb, peak);
  const told = [...new Set([...law.sizesMb, ...seen])].sort((a, b) => a - b);
  const predicted = told.flatMap((memoryMb) => predictAt(memoryMb) ?? []);
  const checked = bySize
    .filter(({ memoryMb, n }) => memoryMb !== base.memoryMb && n >= NEEDED_CALLS)
    .map(({ memoryMb, n, own }) => ({
      memoryMb,
      n,
      measuredMs: mean(own.map(({ n: calls, meanMs }) => [calls, meanMs])),
      predictedMs: predictAt(memoryMb)?.meanMs ?? NaN,
    }));
  const cells = models.flatMap((model) => model.cells);
  const measured = mean(cells.map(({ n, wallMs }) => [n, wallMs]));
  const follows = (predictAt(base.memoryMb)?.meanMs ?? 0) <= OFF_THE_LAW * measured;
  return {
    basis: basisFor(law, base.n, models, known, follows),
    fromMb: base.memoryMb,
    cpuMs: mean(cells.map(({ n, cpuMs }) => [n, cpuMs])),
    waitingMs: mean(cells.map(({ n, waitingMs }) => [n, waitingMs])),
    cpuFrom: models[0]!.cpuFrom,
    sizes: predicted,
    treads: treadsOf(predicted),
    checked,
  };
}

interface Apart extends Cell {
  readonly waitingMs: number;
}

/** Calls on one CPU model, with CPU and waiting separated. */
interface Model {
  /** CPU and duration are measured over the same window, so there is no other overhead. */
  readonly law: QuotaLaw;
  readonly cpuModel: string;
  readonly n: number;
  readonly cpuFrom: MemoryAnswer['cpuFrom'];
  readonly cells: readonly Apart[];
  /** Relative uncertainty of CPU time inverted from the staircase. */
  readonly cpuSpread: number;
  readonly relativeError: number;
  readonly parallel: boolean;
}

function isMeasured({ cells, n }: SizeEvidence): boolean {
  return cells.reduce((sum, cell) => sum + cell.n, 0) >= MEASURED_SHARE * n;
}

function modelOf(law: QuotaLaw, evidence: SizeEvidence): Model | [] {
  const { memoryMb, cpuModel, n, meanMs, standardErrorMs } = evidence;
  const relativeError = standardErrorMs === undefined ? 0 : (twoSidedZ(0.95) * standardErrorMs) / meanMs;
  const common = { cpuModel, n, relativeError };
  if (isMeasured(evidence)) {
    const bare = { ...law, overheadMs: 0 };
    const cells = evidence.cells.map(({ n: calls, cpuMs, wallMs }) => ({
      n: calls,
      cpuMs,
      wallMs,
      waitingMs: Math.max(0, wallMs - (wallTime(bare, cpuMs, memoryMb)?.valueMs ?? cpuMs)),
    }));
    const cpu = mean(cells.map(({ n: calls, cpuMs }) => [calls, cpuMs]));
    const wall = mean(cells.map(({ n: calls, wallMs }) => [calls, wallMs]));
    return {
      ...common,
      law: bare,
      cpuFrom: 'measured',
      cells,
      cpuSpread: 0,
      parallel: wall > PARALLEL_FROM_MS && cpu > PARALLEL * wall,
    };
  }
  const firstPeriodP50Ms = evidence.firstPeriodP50Ms.get(law.periodMs);
  const cpu = cpuTimeOf(law, { ...evidence, firstPeriodP50Ms });
  if (cpu === undefined) return [];
  const cells = [{ n, cpuMs: cpu.valueMs, wallMs: meanMs, waitingMs: 0 }];
  const cpuSpread = (cpu.highMs - cpu.lowMs) / 2 / cpu.valueMs;
  return { ...common, law, cpuFrom: cpu.from, cells, cpuSpread, parallel: false };
}

function predict(
  law: QuotaLaw,
  models: readonly Model[],
  memoryMb: number,
  peakMb: number,
): PredictedSize | undefined {
  const vcpus = law.vcpus(memoryMb);
  if (vcpus === undefined) return undefined;
  const calls: { n: number; wallMs: number }[] = [];
  let low = 0;
  let high = 0;
  let n = 0;
  for (const { law: own, cells, cpuSpread, relativeError, cpuFrom } of models) {
    for (const cell of cells) {
      const wall = wallTime(own, cell.cpuMs, memoryMb);
      if (wall === undefined) return undefined;
      const inPieces = cpuFrom !== 'measured' || cell.waitingMs > WAITING_SHARE * cell.wallMs;
      // All of it is waiting, or computing in pieces that are never throttled: memory changes nothing.
      const unchanged = inPieces ? [cell.wallMs] : [];
      const atLow = wallTime(own, cell.cpuMs * (1 - cpuSpread), memoryMb)!.lowMs + cell.waitingMs;
      const atHigh = wallTime(own, cell.cpuMs * (1 + cpuSpread), memoryMb)!.highMs + cell.waitingMs;
      low += cell.n * Math.min(atLow, ...unchanged) * (1 - relativeError);
      high += cell.n * Math.max(atHigh, ...unchanged) * (1 + relativeError);
      n += cell.n;
      calls.push({ n: cell.n, wallMs: wall.valueMs + cell.waitingMs });
    }
  }
  return {
    memoryMb,
    vcpus,
    fits: peakMb > 0 ? memoryMb > peakMb : undefined,
    meanMs: mean(calls.map((call) => [call.n, call.wallMs])),
    lowMs: low / n,
    highMs: high / n,
    calls,
  };
}

/** Merges neighbouring sizes that are equally fast. */
function treadsOf(sizes: readonly PredictedSize[]): Tread[] {
  const treads: { fromMb: number; toMb: number; meanMs: number }[] = [];
  for (const { memoryMb, meanMs } of sizes) {
    const tread = treads.at(-1);
    if (tread && Math.abs(meanMs - tread.meanMs) <= SAME_TREAD * tread.meanMs) tread.toMb = memoryMb;
    else treads.push({ fromMb: memoryMb, toMb: memoryMb, meanMs });
  }
  return treads;
}

function basisFor(
  law: QuotaLaw,
  n: number,
  models: readonly Model[],
  known: readonly SizeEvidence[],
  follows: boolean,
): BasisValue {
  const sandboxes = known.reduce((sum, evidence) => sum + evidence.sandboxes, 0);
  const names = models.map(({ cpuModel }) => cpuModel).filter((name) => name !== '');
  const restsOn = [law.source, `warm calls without errors and without overlap, of ${sandboxes} sandboxes`];
  if (names.length > 0) restsOn.push(`CPU models apart: ${names.join(', ')}`);
  const missing: string[] = [];
  if (models.some(({ cpuFrom }) => cpuFrom !== 'measured'))
    missing.push('CPU time is unknown: durations are used instead, as if calls only computed');
  if (models.some(({ cpuSpread }) => cpuSpread > 0))
    missing.push('CPU time is only known to be within a flat step of the curve');
  if (models.some(({ parallel }) => parallel))
    missing.push('it uses several threads: more than one vCPU would be faster, which is not predicted');
  if (!follows)
    missing.push(
      'calls are faster than the law predicts for their size: this platform does not enforce its quota in this way',
    );
  if (sandboxes < 2) missing.push('the error of the mean: all calls are from one sandbox');
  if (names.length === 0) missing.push('the CPU models');
  return basisOf(n, NEEDED_CALLS, 'warm calls', restsOn, missing);
}

function mean(weighted: readonly (readonly [number, number])[]): number {
  let sum = 0;
  let weight = 0;
  for (const [n, value] of weighted) {
    sum += n * value;
    weight += n;
  }
  return sum / weight;
}
