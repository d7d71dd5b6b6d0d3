import type { Law, Load, Order, Scenario } from './simulator/scenario.ts';

/** A scenario and its test settings. */
export interface Cell {
  readonly scenario: Scenario;
  /** `fate`: fates, law and order without any goodbye; the others test one thing each. */
  readonly kind: 'fate' | 'faults' | 'goodbyes' | 'lost' | 'changed' | 'model';
}

/** How idle sandboxes are kept; times in seconds. */
export const LAWS = {
  'fixed 600': { kind: 'fixed', threshold: 600 },
  'soft 320': { kind: 'soft', threshold: 320, width: 22 },
  'two-step 300/900': { kind: 'two-step', first: 300, second: 900, kept: 0.4 },
  'halving 380': { kind: 'halving', period: 380, end: 1_900 },
  'exponential 600': { kind: 'exponential', halfLife: 600 },
} as const satisfies Record<string, Law>;

const LOADS = {
  bursts: { kind: 'bursts', size: 12, apart: 600 },
  steady: { kind: 'steady', rate: 0.1 },
  sparse: { kind: 'sparse', apart: 900 },
  busy: { kind: 'busy', rate: 1.5 },
} as const satisfies Record<string, Load>;

type LawName = keyof typeof LAWS;
type LoadName = keyof typeof LOADS;

function scenario(law: LawName, order: Order, load: LoadName, more: Partial<Scenario> = {}): Scenario {
  return { name: `${law}, ${order}, ${load}`, law: LAWS[law], order, load: LOADS[load], ...more };
}

function* cells(): Generator<Cell> {
  const laws = Object.keys(LAWS) as LawName[];
  for (const law of laws) {
    for (const order of ['most-recent', 'random', 'round-robin'] as const) {
      yield { kind: 'fate', scenario: scenario(law, order, 'bursts') };
    }
    for (const load of ['steady', 'sparse', 'busy'] as const) {
      yield { kind: 'fate', scenario: scenario(law, 'most-recent', load) };
    }
  }
  for (const order of ['least-recent', 'affinity', 'mixed'] as const) {
    for (const law of ['fixed 600', 'exponential 600'] as const) {
      const keyed = order === 'affinity' ? { tellsKeys: true } : {};
      yield { kind: 'fate', scenario: scenario(law, order, 'bursts', keyed) };
    }
  }
  yield {
    kind: 'fate',
    scenario: scenario('exponential 600', 'random', 'steady', {
      name: 'exponential 600, random, never at rest',
      load: { kind: 'steady', rate: 0.5 },
      callSeconds: 3,
    }),
  };
  const faults = (name: string, more: Partial<Scenario>): Cell => ({
    kind: 'faults',
    scenario: { ...scenario('soft 320', 'most-recent', 'bursts'), ...more, name },
  });
  yield faults('clones', { clones: 0.5 });
  yield faults('clock steps', { clockSteps: 0.01 });
  yield faults('restarts', { restarts: 0.02 });
  yield faults('time-outs', { timeOuts: 0.03 });
  yield faults('deploys', { deploys: [0.3, 0.7] });
  yield faults('doubled and late spans', { doubled: 0.1, late: 0.1 });
  yield faults('3 % slips', { slip: 0.03 });
  yield faults('no cold starts told', { tellsCold: false });
  yield faults('maximum age 2 h', { maxAge: 7_200 });
  yield faults('maximum age 2 h, busy', { maxAge: 7_200, load: LOADS.busy, order: 'most-recent' });
  yield faults('maximum age 2 h, never at rest', {
    maxAge: 7_200,
    load: { kind: 'steady', rate: 1.5 },
    callSeconds: 3,
  });
  const goodbyes = (law: LawName, share: number): Cell => ({
    kind: 'goodbyes',
    scenario: scenario(law, 'most-recent', 'bursts', {
      goodbyes: share,
      deploys: [0.5],
      timeOuts: 0.01,
      name: `${law}, ${100 * share} % say goodbye, deploy and time-outs`,
    }),
  });
  yield goodbyes('fixed 600', 0.3);
  yield goodbyes('exponential 600', 0.3);
  yield goodbyes('exponential 600', 1);
  for (const law of ['fixed 600', 'exponential 600'] as const) {
    for (const lost of [0.1, 0.3, 0.5]) {
      const name = `${law}, ${100 * lost} % lost`;
      yield { kind: 'lost', scenario: scenario(law, 'most-recent', 'bursts', { lost, name }) };
    }
  }
  const changed = (law: LawName, before: LawName): Cell => ({
    kind: 'changed',
    scenario: scenario(law, 'most-recent', 'bursts', {
      before: { law: LAWS[before], until: 0.5 },
      name: `${before} until half of the run, then ${law}`,
    }),
  });
  yield changed('soft 320', 'fixed 600');
  yield changed('fixed 600', 'soft 320');
  const model = (name: string, more: Partial<Scenario>): Cell => ({
    kind: 'model',
    scenario: {
      ...scenario('fixed 600', 'least-recent', 'steady'),
      load: { kind: 'steady', rate: 1.5 },
      hours: 2,
      callSeconds: 3,
      ...more,
      name,
    },
  });
  yield model('one-to-one', { order: 'most-recent' });
  yield model('4 slots, least loaded', { slots: 4 });
  yield model('4 slots, round robin', { slots: 4, order: 'round-robin' });
  yield model('4 slots, random', { slots: 4, order: 'random' });
  yield model('4 slots, fill', { slots: 4, order: 'most-recent' });
  yield model('2 slots, least loaded', { slots: 2 });
  yield model('4 slots, pool of 12, least loaded', { slots: 4, pool: 12 });
  yield model('4 slots, pool of 12, round robin', { slots: 4, pool: 12, order: 'round-robin' });
  yield model('one-to-one, clock steps in .2 % of calls', {
    order: 'most-recent',
    clockSteps: 0.002,
    bootTimes: false,
  });
}

/** The scenarios that the benchmark plays. */
export const CELLS: readonly Cell[] = [...cells()];
