import { stratifiedAssociation, twoSidedT } from '../../../statistics/index.ts';
import type { EstimateValue } from '../../../schema/index.ts';
import { estimate } from '../../../schema/index.ts';
import type { SandboxSlot } from './evidence.ts';
import { SLOT_SECONDS } from './evidence.ts';

/** What a CPU model does to the calls of a deployment. */
export interface ModelEffect {
  readonly model: string;
  readonly sandboxes: number;
  readonly calls: number;
  /** Of all calls, 0 to 1. */
  readonly share: number;
  /** Time of a call by that on the other models, hours compared with themselves. */
  readonly time: EstimateValue;
  /** The same of CPU time. */
  readonly cpuTime: EstimateValue;
  /** Of no difference in time; absent where it cannot be tested. */
  readonly p?: number;
}

/** One sandbox: it was given its CPU once, so it counts once. */
interface Unit {
  readonly model: string;
  readonly stratum: number;
  readonly calls: number;
  readonly logWall: number;
  readonly logCpu: number | undefined;
}

const STRATUM_SLOTS = 3_600 / SLOT_SECONDS;

/**
 * The lottery: what each CPU model does to time. The unit is the sandbox, which drew its CPU at its start; sandboxes are
 * compared with those that began in the same hour at the same size of memory.
 *
 * @param slots of one deployment
 */
export function judgeLottery(slots: readonly SandboxSlot[]): ModelEffect[] {
  const units = unitsOf(slots.filter(({ cpuModel }) => cpuModel !== ''));
  const calls = units.reduce((sum, unit) => sum + unit.calls, 0);
  const models = [...new Set(units.map(({ model }) => model))].sort();
  return models.map((model) => effectOf(model, units, calls));
}

function effectOf(model: string, units: readonly Unit[], calls: number): ModelEffect {
  const own = units.filter((unit) => unit.model === model);
  const ownCalls = own.reduce((sum, unit) => sum + unit.calls, 0);
  const tested = stratifiedAssociation(
    units.map((unit) => Number(unit.model === model)),
    units.map(({ logWall }) => logWall),
    units.map(({ stratum }) => stratum),
    { alternative: 'two-sided' },
  );
  const withCpu = units.filter(({ logCpu }) => logCpu !== undefined);
  return {
    model,
    sandboxes: own.length,
    calls: ownCalls,
    share: ownCalls / calls,
    time: ratioOf(units, model, ({ logWall }) => logWall),
    cpuTime: ratioOf(withCpu, model, ({ logCpu }) => logCpu ?? NaN),
    ...(tested && { p: tested.p }),
  };
}

function unitsOf(slots: readonly SandboxSlot[]): Unit[] {
  const bySandbox = new Map<string, SandboxSlot[]>();
  for (const slot of slots) {
    const key = `${slot.environment} ${slot.memoryMb}`;
    const own = bySandbox.get(key);
    if (own) own.push(slot);
    else bySandbox.set(key, [slot]);
  }
  return [...bySandbox.values()].map((own) => {
    const calls = own.reduce((sum, { n }) => sum + n, 0);
    const mean = (of: (slot: SandboxSlot) => number | undefined): number | undefined => {
      const told = own.filter((slot) => of(slot) !== undefined);
      const weight = told.reduce((sum, { n }) => sum + n, 0);
      return weight === 0 ? undefined : told.reduce((sum, slot) => sum + slot.n * of(slot)!, 0) / weight;
    };
    const first = Math.floor(Math.min(...own.map(({ slot }) => slot)) / STRATUM_SLOTS);
    return {
      model: own[0]!.cpuModel,
      // Sizes of memory are told apart by far more than there are hours.
      stratum: first * 65_536 + own[0]!.memoryMb,
      calls,
      logWall: mean(({ logWall }) => logWall)!,
      logCpu: mean(({ logCpu }) => logCpu),
    };
  });
}

/**
 * Ratio of geometric means, one model against the others, inside of strata: differences of means weighted by how well each
 * stratum tells them, with the variance inside of all groups together.
 */
function ratioOf(units: readonly Unit[], model: string, value: (unit: Unit) => number): EstimateValue {
  const strata = new Map<number, { own: number[]; others: number[] }>();
  for (const unit of units) {
    const stratum = strata.get(unit.stratum) ?? { own: [], others: [] };
    strata.set(unit.stratum, stratum);
    (unit.model === model ? stratum.own : stratum.others).push(value(unit));
  }
  let weight = 0;
  let sum = 0;
  let squares = 0;
  let freedom = 0;
  let n = 0;
  for (const { own, others } of strata.values()) {
    for (const group of [own, others]) {
      const middle = meanOf(group);
      for (const one of group) squares += (one - middle) ** 2;
      freedom += Math.max(0, group.length - 1);
    }
    if (own.length === 0 || others.length === 0) continue;
    const tells = (own.length * others.length) / (own.length + others.length);
    weight += tells;
    sum += tells * (meanOf(own) - meanOf(others));
    n += own.length;
  }
  if (weight === 0) return estimate(n);
  const difference = sum / weight;
  if (freedom < 1) return estimate(n, Math.exp(difference));
  const half = twoSidedT(0.95, freedom) * Math.sqrt(squares / freedom / weight);
  return estimate(n, Math.exp(difference), Math.exp(difference - half), Math.exp(difference + half));
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
