import { basisOf } from '../../../schema/index.ts';
import type { BasisValue } from '../../../schema/index.ts';
import { benjaminiHochberg } from '../../../statistics/index.ts';
import { NEEDED_SLOTS, testSignals } from './contention.ts';
import type { Neighbours, SignalTest } from './contention.ts';
import type { SandboxSlot } from './evidence.ts';
import { judgeLottery } from './lottery.ts';
import type { ModelEffect } from './lottery.ts';

export const VERDICTS = [
  'self-throttled',
  'own-neighbours',
  'foreign-or-unknown',
  'not-cpu',
  'unknown',
] as const;
export type Verdict = (typeof VERDICTS)[number];

/** A test with p corrected over all tests of the answer. */
export type Corrected<Test> = Test & { readonly q?: number };

/** The effects of the CPU on the calls of one deployment. */
export interface CpuAnswer {
  readonly slots: readonly SandboxSlot[];
  readonly models: readonly Corrected<ModelEffect>[];
  readonly signals: readonly Corrected<SignalTest>[];
  readonly verdict: Verdict;
  readonly basis: BasisValue;
}

/** False discovery rate. */
const FALSE_DISCOVERIES = 0.05;

/**
 * Judges all deployments together, because each additional test is another chance of error. p-values are corrected over
 * all deployments, those of models separately from those of signals.
 *
 * @param deployments slots of each
 */
export function judgeCpu(
  deployments: readonly (readonly SandboxSlot[])[],
  neighbours: Neighbours,
): CpuAnswer[] {
  const found = deployments.map((slots) => ({
    slots,
    models: judgeLottery(slots),
    signals: testSignals(slots, neighbours),
  }));
  const models = corrected(found.map((one) => one.models));
  const signals = corrected(found.map((one) => one.signals));
  return found.map(({ slots }, index) => {
    const own = signals[index]!;
    return {
      slots,
      models: models[index]!,
      signals: own,
      verdict: verdictOf(own),
      basis: basisFor(slots, models[index]!, own),
    };
  });
}

/** Whether a test is a discovery. */
export function isFound({ q }: { readonly q?: number }): boolean {
  return q !== undefined && q <= FALSE_DISCOVERIES;
}

function verdictOf(signals: readonly Corrected<SignalTest>[]): Verdict {
  const isSeen = (name: SignalTest['signal']): boolean =>
    signals.some((test) => test.signal === name && isFound(test));
  if (isSeen('throttling')) return 'self-throttled';
  if (isSeen('neighbours')) return 'own-neighbours';
  if (isSeen('steal') || isSeen('pressure')) return 'foreign-or-unknown';
  // A constant signal explains nothing, but it was observed.
  return signals.some(({ n }) => n >= NEEDED_SLOTS) ? 'not-cpu' : 'unknown';
}

/** Adds the q of Benjamini and Hochberg over all tests performed. */
function corrected<Test extends { readonly p?: number }>(
  groups: readonly (readonly Test[])[],
): Corrected<Test>[][] {
  const done = groups.flat().filter(({ p }) => p !== undefined);
  const adjusted = benjaminiHochberg(done.map(({ p }) => p!));
  const qOf = new Map<Test, number>(done.map((test, index) => [test, adjusted[index]!]));
  return groups.map((tests) => tests.map((test) => withQ(test, qOf.get(test))));
}

function withQ<Test>(test: Test, q: number | undefined): Corrected<Test> {
  return { ...test, ...(q !== undefined && { q }) };
}

function basisFor(
  slots: readonly SandboxSlot[],
  models: readonly ModelEffect[],
  signals: readonly SignalTest[],
): BasisValue {
  const has = (name: SignalTest['signal']): boolean => signals.some(({ signal }) => signal === name);
  const missing = [
    ...(models.length === 0 ? ['CPU models'] : []),
    ...(has('throttling') ? [] : ['throttled time']),
    ...(has('neighbours') ? [] : ['known hosts, which neighbours depend on']),
    ...(has('steal') ? [] : ['steal']),
    ...(has('pressure') ? [] : ['pressure']),
    ...(slots.some(({ logStretch }) => logStretch !== undefined) ? [] : ['CPU time of calls']),
  ];
  const restsOn = ['warm calls without errors and without overlap, in five-minute slots per sandbox'];
  if (models.length > 1)
    restsOn.push('sandboxes that began in the same hour with the same memory, compared by CPU model');
  return basisOf(slots.length, NEEDED_SLOTS, 'slots of five minutes', restsOn, missing);
}
